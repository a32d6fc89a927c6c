package digest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// A workgroup's parameters are in no group and in force at once.
func TestTLSOfAWorkgroup(t *testing.T) {
	for name, tc := range map[string]struct {
		parameters []facts.Parameter
		want       digest.TLS
		missing    string
	}{
		"required":     {[]facts.Parameter{{Name: "require_ssl", Value: "true"}}, digest.TLS{Required: true, InForce: true, ApplyStatus: "in-sync"}, ""},
		"not required": {[]facts.Parameter{{Name: "require_ssl", Value: "false"}}, digest.TLS{ApplyStatus: "in-sync"}, ""},
		"not told":     {[]facts.Parameter{{Name: "auto_mv", Value: "true"}}, digest.TLS{}, "redshift-serverless:ListWorkgroups did not list require_ssl"},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, nil)
			target.Kind, target.Cluster.ParameterGroups, target.Cluster.Parameters = facts.Workgroup, nil, tc.parameters
			got := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
			if diff := cmp.Diff(tc.want, got.Document.Cluster.TLS); diff != "" {
				t.Errorf("TLS (-want +got):\n%s", diff)
			}
			missing := ""
			for _, lack := range got.Lacks {
				if lack.Path == "cluster.tls" {
					missing = lack.Missing[0].Detail
				}
			}
			if missing != tc.missing {
				t.Errorf("missing %q, want %q", missing, tc.missing)
			}
		})
	}
}
