package netpath

import "slices"

// aclSide is one direction of a network ACL, whose rules share their numbers.
type aclSide struct {
	id     string
	egress bool
}

// spreadRuleNumbers gives each path a rule number of its own: of two entries with
// one number, AWS refuses the second. A lower number is ahead of the rule that
// denies as well. Where none is left the number is 0.
func (e *estate) spreadRuleNumbers(paths []Path) {
	taken := map[aclSide]map[int]bool{}
	for p := range paths {
		for h := range paths[p].Hops {
			hop := &paths[p].Hops[h]
			hop.Causes = slices.Clone(hop.Causes) // paths may share them
			for c := range hop.Causes {
				remedy := &hop.Causes[c].Remedy
				if remedy.RuleNumber == 0 {
					continue
				}
				side := aclSide{remedy.Object, hop.Stage == NACLOutbound || hop.Stage == BastionNACLOutbound}
				if taken[side] == nil {
					taken[side] = e.usedNumbers(side)
				}
				for remedy.RuleNumber > 0 && taken[side][remedy.RuleNumber] {
					remedy.RuleNumber--
				}
				taken[side][remedy.RuleNumber] = true
			}
		}
	}
}

// usedNumbers are the numbers of the rules there are.
func (e *estate) usedNumbers(side aclSide) map[int]bool {
	used := map[int]bool{}
	for i := range e.t.Network.NetworkACLs {
		acl := &e.t.Network.NetworkACLs[i]
		if acl.ID != side.id {
			continue
		}
		for _, entry := range acl.Entries {
			if entry.Egress == side.egress {
				used[entry.Number] = true
			}
		}
	}
	return used
}
