package netpath_test

import (
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// Where replies pass to some ports only nobody can say whether the loader gets them,
// but what would settle it can be said; and it does.
func TestPartialRepliesNameTheirCure(t *testing.T) {
	everything := reply(200, "allow", "-1", "0.0.0.0/0", nil)
	for name, tc := range map[string]struct {
		entries []facts.NetworkACLEntry
		shut    string
		number  int
	}{
		"the ports of Linux only": {[]facts.NetworkACLEntry{reply(100, "allow", "6", "0.0.0.0/0", ports(32768, 65535))}, "1024-32767", 200},
		"the ports of old Windows only": {
			[]facts.NetworkACLEntry{reply(100, "allow", "6", "0.0.0.0/0", ports(1025, 5000)), reply(32767, "deny", "-1", "0.0.0.0/0", nil)},
			"1024, 5001-65535", 200,
		},
		"two ports denied, everything else allowed": {
			[]facts.NetworkACLEntry{reply(95, "deny", "6", "0.0.0.0/0", ports(3389, 3389)), reply(90, "deny", "6", "0.0.0.0/0", ports(2049, 2049)), everything},
			"2049, 3389", 80,
		},
		"two ranges that touch are one": {
			[]facts.NetworkACLEntry{reply(90, "deny", "6", "0.0.0.0/0", ports(2000, 2999)), reply(95, "deny", "6", "0.0.0.0/0", ports(3000, 3999)), everything},
			"2000-3999", 80,
		},
		"no number left ahead of the rule that denies": {
			[]facts.NetworkACLEntry{reply(1, "deny", "6", "0.0.0.0/0", ports(2000, 2000)), everything}, "2000", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(outbound(tc.entries...))
			hop := hopOf(netpath.Decide(target, prefixes(t, stitch))[0], netpath.NACLOutbound)
			if hop.Verdict != netpath.Unknown || len(hop.Missing) != 1 || len(hop.Causes) != 1 {
				t.Fatalf("%s, missing %v, causes %v", hop.Verdict, hop.Missing, hop.Causes)
			}
			want := "acl-1 refuses replies on tcp " + tc.shut + ": allow 1024-65535 out to be sure"
			if !strings.HasSuffix(hop.Missing[0].Detail, want) {
				t.Errorf("lacks %q, want %q", hop.Missing[0].Detail, want)
			}
			cure := hop.Causes[0].Remedy
			if cure.Object != "acl-1" || cure.RuleNumber != tc.number {
				t.Errorf("cure %+v, want number %d of acl-1", cure, tc.number)
			}
			if tc.number == 0 {
				return
			}
			acl := &target.Network.NetworkACLs[0]
			acl.Entries = append(acl.Entries, reply(cure.RuleNumber, "allow", "6", stitch, ports(1024, 65535)))
			if path := netpath.Decide(target, prefixes(t, stitch))[0]; path.Verdict != netpath.Reachable {
				t.Errorf("cured, the path is %s", summary(path))
			}
		})
	}
}
