//go:build unix

package truth

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The one place where rscheck and PostgreSQL part on purpose. Redshift has no such
// members: only users own, and nobody is a member of a user.
func TestAMemberOfTheOwnerIsNoOwner(t *testing.T) {
	w := newWorld(t)
	s := &scenario{database: "dw", loader: "stitch", password: password, admin: superuser, steps: []string{
		"CREATE USER etl_admin",
		"CREATE USER stitch PASSWORD " + literal(password),
		"GRANT etl_admin TO stitch",
		"GRANT CREATE ON DATABASE dw TO stitch",
		"CREATE SCHEMA hubspot AUTHORIZATION etl_admin",
		"CREATE TABLE hubspot._sdc_rejected (id int)",
		"ALTER TABLE hubspot._sdc_rejected OWNER TO etl_admin",
	}}
	err := w.with(t.Context(), s, func(p *place) error {
		tried, err := p.try(t.Context())
		if err != nil {
			return err
		}
		if len(tried.refusals) > 0 {
			t.Errorf("PostgreSQL refuses %q", tried.refusals)
		}
		for _, login := range []string{s.loader, auditor} {
			v, err := p.judge(t.Context(), login)
			if err != nil {
				return err
			}
			for check, subject := range map[string]string{"SQL004": "hubspot", "SQL005": "hubspot._sdc_rejected"} {
				got := slices.Collect(maps.Keys(failures(v[check])))
				if diff := cmp.Diff([]string{subject}, got); diff != "" {
					t.Errorf("%s as %s fails for (-want +got):\n%s", check, login, diff)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
