package netpath

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// blockPublicAccess judges the stage of that name for a place.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
func (e *estate) blockPublicAccess(p *place) finding {
	const kind = "block-public-access"
	if missing := e.foreign(p); missing != nil {
		return unknown(missing, kind, "", "Block Public Access of the subnet's owner is not known")
	}
	mode, missing := e.blockMode(p)
	if missing == nil && mode == "off" {
		// Nothing is excluded from it, and the exclusions were not asked for.
		return allow(kind, mode, "Block Public Access is off")
	}
	excluded, exclusion, exclusionMissing := e.exclusionOf(p)
	switch {
	case excluded == yes:
		// It lifts either mode, so the mode need not be known.
		return allow("exclusion", exclusion, "the Block Public Access exclusion %s lets connections in", exclusion)
	case missing != nil:
		// An exclusion that could not be read may be what puts the mode in doubt.
		return unknown(mergeUnknowns(missing, exclusionMissing), kind, mode, "the mode of Block Public Access is not known")
	case excluded == maybe:
		return unknown(exclusionMissing, kind, mode, "Block Public Access is %s, and an exclusion may lift it", mode)
	}
	return because(Deny, nil, e.shutOut(p, By{kind, mode}))
}

// shutOut is what to mend where no exclusion lets connections in to a place: those
// that let connections out only, all of them because which one counts is not
// documented, or else the want of any.
func (e *estate) shutOut(p *place, by By) []Cause {
	var causes []Cause
	for _, x := range e.t.Network.BlockPublicAccess.Exclusions {
		if e.applies(x.ResourceARN, p) == yes && lets(x) == no && !ended(x.State) {
			causes = append(causes, Cause{
				By:     by,
				Detail: fmt.Sprintf("Block Public Access is %s, and the exclusion %s lets connections out only", by.ID, x.ID),
				Remedy: Remedy{Object: resourceOf(x.ResourceARN), Exclusion: x.ID},
			})
		}
	}
	if causes == nil {
		detail := fmt.Sprintf("Block Public Access is %s, and no exclusion lets connections in to %s", by.ID, cmp.Or(p.subnet, p.name()))
		causes = []Cause{{By: by, Detail: detail, Remedy: Remedy{Object: p.subnet}}}
	}
	if e.exclusionsBarred() {
		for i := range causes {
			causes[i].Remedy.Obstacle = ExclusionsBarred
		}
	}
	return causes
}

// exclusionsBarred tells whether exclusions are known not to be allowed.
func (e *estate) exclusionsBarred() bool {
	const path = "network.block_public_access.exclusions_allowed"
	return e.t.Lacking(path) == nil && e.t.Network.BlockPublicAccess.ExclusionsAllowed == "not-allowed"
}

// foreign tells why the caller's own settings are not known to be those that rule
// a place: they rule the VPCs and subnets that an account owns, not those that
// another account shares with it.
func (e *estate) foreign(p *place) []facts.Unknown {
	const path = "network.caller_account"
	if lack := e.t.Lacking(path); lack != nil {
		return lack
	}
	lack := e.t.LackingWithin("network.subnets")
	owner := ""
	if s := e.subnet(p.subnet); s != nil {
		owner = s.OwnerID
	}
	if vpcLack := e.t.Lacking("network.vpc.owner_id"); vpcLack != nil {
		lack = mergeUnknowns(lack, vpcLack)
	} else if of := e.t.Network.VPC.OwnerID; owner == "" {
		owner = of
	} else if of != "" && of != owner {
		return inconsistent("network.vpc.owner_id", "%s belongs to account %s, its VPC to %s", p.subnet, owner, of)
	}
	switch caller := e.t.Network.CallerAccount; {
	case owner == "" && lack != nil:
		return lack
	case owner == "" || caller == "":
		return inconsistent(path, "the accounts of the caller (%q) and of the subnet (%q) are not known", caller, owner)
	case owner != caller:
		return unsupported("network.block_public_access", "the subnet belongs to account %s, which alone can read its Block Public Access", owner)
	}
	return nil
}

// exclusionOf tells whether an exclusion lets connections in to a place, and
// which; where only perhaps, what would settle it.
func (e *estate) exclusionOf(p *place) (excluded certainty, id string, missing []facts.Unknown) {
	const path = "network.block_public_access.exclusions"
	if lack := e.t.LackingWithin(path); lack != nil {
		return maybe, "", lack
	}
	conflict := false // another exclusion may say otherwise; which one wins is not documented
	for _, x := range e.t.Network.BlockPublicAccess.Exclusions {
		effect := min(e.applies(x.ResourceARN, p), lets(x))
		switch {
		case effect == yes:
			excluded, id = yes, x.ID
		case effect == maybe:
			excluded = max(excluded, maybe)
			conflict = conflict || x.Mode != "allow-bidirectional"
			missing = mergeUnknowns(missing, inconsistent(path, "the exclusion %s of %s is in state %q", x.ID, x.ResourceARN, x.State))
		case e.applies(x.ResourceARN, p) != no && x.Mode == "allow-egress" && !ended(x.State):
			conflict = true
		}
	}
	if excluded == yes && conflict {
		return maybe, id, mergeUnknowns(missing, unsupported(path, "of several exclusions of %s not all let connections in", p.name()))
	}
	const allowed = "network.block_public_access.exclusions_allowed"
	switch word := e.t.Network.BlockPublicAccess.ExclusionsAllowed; {
	case excluded != yes || e.t.Lacking(allowed) != nil || word == "allowed" || word == "":
	default:
		// A declarative policy that forbids exclusions disables those there are;
		// one that still reads as complete contradicts it.
		return maybe, id, inconsistent(allowed, "exclusions are %q, and %s is in force", word, id)
	}
	return excluded, id, missing
}

// lets tells whether an exclusion, where it applies, lets connections in. One for
// egress never does.
func lets(x facts.Exclusion) certainty {
	if ended(x.State) {
		return no
	}
	switch x.State {
	case "create-complete", "update-complete":
		if x.Mode == "allow-bidirectional" {
			return yes
		}
		if x.Mode == "allow-egress" {
			return no
		}
	case "create-in-progress", "delete-in-progress", "disable-in-progress":
		if x.Mode == "allow-egress" {
			return no
		}
	}
	return maybe
}

// ended tells whether an exclusion in that state is none.
func ended(state string) bool {
	return state == "create-failed" || state == "delete-complete" || state == "disable-complete"
}

// resourceOf is the id of an exclusion's subnet or VPC.
func resourceOf(arn string) string {
	_, id, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	return id
}

// applies tells whether the resource of an exclusion is the place's subnet or VPC.
func (e *estate) applies(arn string, p *place) certainty {
	kind, id, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	own := ""
	switch kind {
	case "subnet":
		own = p.subnet
	case "vpc":
		own = e.vpc
	}
	switch {
	case own == "" || id == "":
		return maybe
	case own == id:
		return yes
	}
	return no
}

// blockMode is the mode of Block Public Access: off, block-bidirectional or
// block-ingress. The account's own setting is asked first; what the subnet or the
// VPC says of itself stands for it where the setting could not be read, and puts
// it in doubt where they contradict each other.
func (e *estate) blockMode(p *place) (mode string, missing []facts.Unknown) {
	const path = "network.block_public_access"
	told, doubt := e.toldMode(p)
	if doubt != nil {
		return "", doubt
	}
	set := e.t.Network.BlockPublicAccess
	modeLack, stateLack := e.t.Lacking(path+".mode"), e.t.Lacking(path+".state")
	switch {
	case stateLack == nil && !set.Settled():
		return "", inconsistent(path+".state", "Block Public Access is in state %q", set.State)
	case modeLack != nil && told != "":
		return told, nil
	case modeLack != nil || stateLack != nil:
		return "", mergeUnknowns(modeLack, stateLack)
	case !isBlockMode(set.Mode):
		return "", inconsistent(path+".mode", "Block Public Access is in mode %q", set.Mode)
	case told != "" && (told == "off") != (set.Mode == "off"):
		return "", inconsistent(path+".mode", "Block Public Access is %s for the account and %s for %s", set.Mode, told, p.name())
	}
	return set.Mode, nil
}

// toldMode is what the subnet or the VPC says of itself, empty where neither says
// anything. The API's description reads as the account's mode, exclusions not
// counted; that they are not is unverified, and nothing here depends on it.
func (e *estate) toldMode(p *place) (mode string, doubt []facts.Unknown) {
	if s := e.subnet(p.subnet); s != nil && isBlockMode(s.BlockPublicAccess) {
		mode = s.BlockPublicAccess
	}
	of := e.t.Network.VPC.BlockPublicAccess
	if e.t.Lacking("network.vpc.block_public_access") != nil || !isBlockMode(of) {
		return mode, nil
	}
	if mode != "" && (mode == "off") != (of == "off") {
		return "", inconsistent("network.vpc.block_public_access", "Block Public Access is %s for %s and %s for its VPC", mode, p.subnet, of)
	}
	if mode == "" {
		mode = of
	}
	return mode, nil
}

func isBlockMode(s string) bool {
	return s == "off" || s == "block-bidirectional" || s == "block-ingress"
}
