package checks_test

import "testing"

func TestEveryPolicyLoads(t *testing.T) {
	for _, check := range load(t).Checks() {
		t.Run(check.ID, func(t *testing.T) {
			if len(check.Facts) == 0 {
				t.Error("it reads no fact")
			}
			t.Log(check.Facts)
		})
	}
}
