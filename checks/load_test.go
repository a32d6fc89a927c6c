package checks_test

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/report"
)

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

func TestNoTwoResultsOfATargetShareAFingerprint(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	for i := range snapshot.Targets {
		target := &snapshot.Targets[i]
		for _, region := range []string{"north-america", "europe", loader.Any} {
			s := stitch(t)
			s.Region = region
			answer, err := catalogue.Answer(t.Context(), target, s, snapshot.ScannedAt)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]string{}
			for _, r := range answer.Results {
				if other, twice := seen[r.Fingerprint]; twice {
					t.Errorf("%s: %s %q and %s share a fingerprint", target.Name, r.Check, r.Subject, other)
				}
				seen[r.Fingerprint] = r.Check + " " + r.Subject
			}
		}
	}
}

// What no check reads costs every target its making, and every reader a question.
func TestEveryFieldOfTheDocumentIsRead(t *testing.T) {
	var read []string
	for _, check := range load(t).Checks() {
		read = append(read, check.Facts...)
	}
	// Judge reads the id, and a Source has a region elsewhere.
	read = append(read, "target.id", "network.bastion.onward.region")
	var walk func(path string, of reflect.Type)
	walk = func(path string, of reflect.Type) {
		switch {
		case slices.Contains(read, path):
		case of.Kind() == reflect.Struct:
			for field := range of.Fields() {
				name := field.Tag.Get("json")
				walk(strings.TrimPrefix(path+"."+name, "."), field.Type)
			}
		default:
			t.Errorf("%s is read by no check", path)
		}
	}
	walk("", reflect.TypeFor[digest.Document]())
}

func TestTargetsMayBeJudgedSideBySide(t *testing.T) {
	catalogue, settings, snapshot := load(t), stitch(t), demo(t)
	answer := func(i int) report.Target {
		a, err := catalogue.Answer(t.Context(), &snapshot.Targets[i], settings, snapshot.ScannedAt)
		if err != nil {
			t.Error(err)
		}
		return a
	}
	side := make([][]report.Target, 4)
	var wg sync.WaitGroup
	for n := range side {
		wg.Go(func() {
			for i := range snapshot.Targets {
				side[n] = append(side[n], answer(i))
			}
		})
	}
	wg.Wait()
	for i := range snapshot.Targets {
		alone := answer(i)
		for n := range side {
			if diff := cmp.Diff(alone, side[n][i]); diff != "" {
				t.Errorf("%s (-alone +side by side):\n%s", alone.Name, diff)
			}
		}
	}
}
