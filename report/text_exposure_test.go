package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestWhoElseIsLetIn(t *testing.T) {
	var twenty []string
	for i := range 20 {
		twenty = append(twenty, fmt.Sprintf("198.51.100.%d/32", 2*i))
	}
	for name, tc := range map[string]struct {
		exposure *Exposure
		want     string
	}{
		"nobody asked":      {nil, ""},
		"nobody":            {&Exposure{}, ""},
		"one address":       {&Exposure{Public: twenty[:1], Addresses: 1}, "198.51.100.0/32 (1 public address)"},
		"private alone":     {&Exposure{Private: []string{"10.0.0.0/8"}}, "private 10.0.0.0/8"},
		"both":              {&Exposure{Public: []string{"198.51.100.0/24"}, Addresses: 256, Private: []string{"10.0.0.0/8"}}, "198.51.100.0/24 (256 public addresses); private 10.0.0.0/8"},
		"IPv6":              {&Exposure{IPv6: []string{"2001:db8::/32"}}, "IPv6 2001:db8::/32"},
		"everybody":         {&Exposure{World: true, Public: []string{"64.0.0.0/3"}, Addresses: 3702390776, Private: []string{"10.0.0.0/8"}}, "every public address"},
		"perhaps others":    {&Exposure{Public: twenty[:1], Addresses: 1, Missing: []facts.Unknown{{Path: "x"}}}, "198.51.100.0/32 (1 public address); and there may be more"},
		"more than is told": {&Exposure{Public: twenty, Addresses: 20}, strings.Join(twenty[:16], ", ") + " and 4 more (20 public addresses)"},
	} {
		t.Run(name, func(t *testing.T) {
			target := readyTarget()
			target.Exposure = tc.exposure
			got := strings.Join(strings.Fields(string(write(t, Text, one(target), Options{Verbose: true}))), " ")
			line := "let in besides the loader: "
			if tc.want == "" && strings.Contains(got, line) || tc.want != "" && !strings.Contains(got, line+tc.want+" ✓") {
				t.Errorf("want %q in\n%s", tc.want, got)
			}
			if quiet := string(write(t, Text, one(target), Options{})); strings.Contains(quiet, line) {
				t.Errorf("told without being asked:\n%s", quiet)
			}
			page := string(write(t, HTML, one(target), Options{}))
			if strings.Contains(page, ">Let in besides the loader: ") != (tc.want != "") || !strings.Contains(page, tc.want) {
				t.Errorf("the page does not tell of %q", tc.want)
			}
		})
	}
}
