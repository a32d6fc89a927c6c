package netpath

import "github.com/rscheck/rscheck/checks/facts"

// Answer is yes, no or unknown.
type Answer string

const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unclear Answer = "unknown"
)

// GroupUse is a security group attached to the cluster, and whether it can be used
// there.
type GroupUse struct {
	ID string
	// Status is the attachment's: active, adding or removing.
	Status string
	// VPCID is the VPC the group belongs to, empty where not known.
	VPCID string
	// Usable tells whether the group belongs to the cluster's VPC or is
	// associated with it. Where it is Unclear, Missing tells what would settle it.
	Usable  Answer
	Missing []facts.Unknown
}

// Usable returns the security groups attached to the cluster, in the order AWS
// gave them. Where that list itself is not known, missing tells why and the groups
// are none.
func Usable(t *facts.Target) (uses []GroupUse, missing []facts.Unknown) {
	const path = "cluster.security_groups"
	if lack := t.LackingWithin(path); lack != nil {
		return nil, lack
	}
	e := &estate{t: t}
	e.vpc, e.vpcMissing = vpcOf(t)
	for _, m := range t.Cluster.SecurityGroups {
		group, missing := e.securityGroup(m.ID)
		use := GroupUse{ID: m.ID, Usable: Unclear, Missing: missing}
		if group != nil {
			use = e.usable(group)
		}
		use.Status = m.Status
		uses = append(uses, use)
	}
	return uses, nil
}

// usable tells whether a group can be used in the cluster's VPC.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-assoc.html
func (e *estate) usable(group *facts.SecurityGroup) GroupUse {
	use := GroupUse{ID: group.ID, VPCID: group.VPCID, Usable: Unclear}
	switch {
	case e.vpc == "":
		use.Missing = e.vpcMissing
	case group.VPCID == "":
		use.Missing = inconsistent("network.security_groups."+group.ID, "%s came without its VPC", group.ID)
	case group.VPCID == e.vpc:
		use.Usable = Yes
	default:
		use.Usable, use.Missing = e.associatedGroup(group)
	}
	return use
}

// associatedGroup tells whether a group of another VPC is associated with the
// cluster's.
func (e *estate) associatedGroup(group *facts.SecurityGroup) (Answer, []facts.Unknown) {
	const path = "network.group_associations"
	if lack := e.t.LackingWithin(path); lack != nil {
		return Unclear, lack
	}
	state := ""
	for _, a := range e.t.Network.GroupAssociations {
		if a.GroupID == group.ID && a.VPCID == e.vpc {
			state = a.State
		}
	}
	switch state {
	case "associated":
		return Yes, nil
	case "disassociated", "association-failed":
		return No, nil
	case "":
		// Only the owner of a group is told of its associations.
		if lack := e.t.Lacking("network.caller_account"); lack != nil {
			return Unclear, lack
		}
		if group.OwnerID == "" || group.OwnerID != e.t.Network.CallerAccount {
			return Unclear, unsupported(path, "%s belongs to account %s, which alone is told where it is associated", group.ID, group.OwnerID)
		}
		return No, nil
	}
	return Unclear, inconsistent(path, "the association of %s with %s is in state %q", group.ID, e.vpc, state)
}
