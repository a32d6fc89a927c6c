package report

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCommandIsBrokenBetweenArguments(t *testing.T) {
	for name, tc := range map[string]struct{ command, want string }{
		"short enough": {"aws sts get-caller-identity", "aws sts get-caller-identity"},
		"option keeps its value": {
			"aws ec2 revoke-security-group-ingress --group-id sg-0a1b --cidr 0.0.0.0/0",
			"aws ec2 revoke-security-group-ingress \\\n    --group-id sg-0a1b --cidr 0.0.0.0/0",
		},
		"spaces in quotes": {
			`aws ec2 x --description "let the loader in" --tags 'Key=a b,Value=it is' --z`,
			"aws ec2 x --description \"let the loader in\" \\\n    --tags 'Key=a b,Value=it is' --z",
		},
		"escaped space": {
			`aws redshift x --identifier a\ b\ c\ d\ e\ f\ g\ h --region us-east-1`,
			"aws redshift x \\\n    --identifier a\\ b\\ c\\ d\\ e\\ f\\ g\\ h \\\n    --region us-east-1",
		},
		"several values": {
			"aws ec2 x --group-ids sg-0a1b0a1b0a1b sg-0a1b0a1b0a1c sg-0a1b0a1b0a1d",
			"aws ec2 x --group-ids sg-0a1b0a1b0a1b \\\n    sg-0a1b0a1b0a1c sg-0a1b0a1b0a1d",
		},
		"longer than a line": {
			"aws ec2 x " + strings.Repeat("a", 60) + " --b",
			"aws ec2 x \\\n    " + strings.Repeat("a", 60) + " \\\n    --b",
		},
		"open quote":   {"aws 'ec2 describe-the-whole-of-everything-there-is --and more", ""},
		"comment":      {"aws ec2 describe-the-whole-of-everything # there --is and more", ""},
		"substitution": {"aws ec2 describe-the-whole-of-everything $(date -u) --and --more", ""},
		"double space": {"aws ec2  describe-the-whole-of-everything --and --more of it", ""},
	} {
		t.Run(name, func(t *testing.T) {
			want := tc.want
			if want == "" {
				want = tc.command
			}
			if diff := cmp.Diff(want, strings.Join(breakCommand(tc.command, 48), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is copied from the terminal must mean to a shell what was meant.
func TestBrokenCommandMeansTheSameToAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatalf("this test needs a POSIX shell: %v", err)
	}
	arguments := func(command string) string {
		out, err := exec.Command(sh, "-c", `x() { for a; do printf '<%s>\n' "$a"; done; }; `+command).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
		return string(out)
	}
	rapid.Check(t, func(r *rapid.T) {
		word := rapid.Custom(func(r *rapid.T) string {
			s := rapid.StringMatching(`(--)?[a-z =,{}"#$\\`+"`"+`;&|-]{0,20}`).Draw(r, "word")
			switch rapid.IntRange(0, 2).Draw(r, "quoting") {
			case 0:
				return "'" + s + "'"
			case 1:
				return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s) + `"`
			default:
				return "--" + rapid.StringMatching(`[a-z]{1,12}`).Draw(r, "option")
			}
		})
		command := "x " + strings.Join(rapid.SliceOfN(word, 1, 12).Draw(r, "words"), " ")
		broken := strings.Join(breakCommand(command, rapid.IntRange(1, 80).Draw(r, "width")), "\n")
		if diff := cmp.Diff(arguments(command), arguments(broken)); diff != "" {
			r.Errorf("%s\nbecame\n%s\n%s", command, broken, diff)
		}
	})
}
