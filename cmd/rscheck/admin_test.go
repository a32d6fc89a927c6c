package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/internal/fakeaws"
)

// errNotYet refuses what AWS would do once something else is mended.
var errNotYet = errors.New("refused, until something else is mended")

// admin runs the commands of a report on a region, as AWS would: what AWS refuses is
// an error, and so is what the admin does not know.
type admin struct {
	region *fakeaws.Region
	// gateway is the internet gateway created last, whose id the next command is to
	// be given.
	gateway string
	// allocated is whether an elastic IP address was, whose id is to be given too.
	allocated bool
	ran       map[string]int // by operation
}

// run does what a command says.
func (a *admin) run(command string) error {
	words, err := splitShell(command)
	if err != nil {
		return err
	}
	if len(words) > 2 && words[1] == "--profile" {
		words = slices.Delete(words, 1, 3) // the admin is somebody of that account
	}
	if len(words) < 3 || words[0] != "aws" {
		return fmt.Errorf("not a command of the AWS CLI")
	}
	name, rest := words[1]+" "+words[2], words[3:]
	if words[2] == "wait" {
		name, rest = name+" "+words[3], words[4:]
	}
	o, err := optionsOf(rest)
	if err != nil {
		return err
	}
	do, known := operations[name]
	switch {
	case !known:
		return errors.New("the admin does not know this command: teach it what AWS does")
	case o.take("--region") != fakeaws.RegionName:
		return errors.New("not for the region")
	}
	if a.ran == nil {
		a.ran = map[string]int{}
	}
	a.ran[name]++
	if err := do(a, o); err != nil {
		return err
	}
	if len(o) > 0 {
		return fmt.Errorf("the admin does not know the options %v", o)
	}
	return nil
}

// splitShell splits a command into words as a shell does. Quoted words are in '…'.
func splitShell(command string) ([]string, error) {
	var words []string
	for rest := strings.TrimSpace(command); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var word strings.Builder
		for rest != "" && rest[0] != ' ' {
			switch {
			case rest[0] == '\'':
				quoted, after, closed := strings.Cut(rest[1:], "'")
				if !closed {
					return nil, errors.New("a quote is not closed")
				}
				word.WriteString(quoted)
				rest = after
			case strings.HasPrefix(rest, `\'`):
				word.WriteByte('\'')
				rest = rest[2:]
			case strings.IndexByte("|&;<>()$`\\\"\n*?[]{}!#~", rest[0]) >= 0:
				return nil, fmt.Errorf("the shell acts upon %q", rest[0])
			default:
				word.WriteByte(rest[0])
				rest = rest[1:]
			}
		}
		words = append(words, word.String())
	}
	return words, nil
}

// options are the options of a command with their values.
type options map[string][]string

func optionsOf(words []string) (options, error) {
	o := options{}
	last := ""
	for _, w := range words {
		switch _, twice := o[w]; {
		case strings.HasPrefix(w, "--") && twice:
			return nil, fmt.Errorf("%s is given twice", w)
		case strings.HasPrefix(w, "--"):
			last = w
			o[w] = []string{}
		case last == "":
			return nil, fmt.Errorf("%q belongs to no option", w)
		default:
			o[last] = append(o[last], w)
		}
	}
	return o, nil
}

// take removes an option and returns its one value; empty where there is none.
func (o options) take(name string) string {
	values := o[name]
	delete(o, name)
	if len(values) != 1 {
		return ""
	}
	return values[0]
}

// has removes an option without a value, and tells whether it was there.
func (o options) has(name string) bool {
	values, found := o[name]
	delete(o, name)
	return found && len(values) == 0
}

// operations are what the admin can do.
var operations = map[string]func(*admin, options) error{
	"ec2 authorize-security-group-ingress":         (*admin).authorize,
	"ec2 revoke-security-group-ingress":            (*admin).revoke,
	"ec2 associate-security-group-vpc":             (*admin).associateGroup,
	"ec2 create-network-acl-entry":                 (*admin).createEntry,
	"ec2 authorize-security-group-egress":          (*admin).authorizeEgress,
	"ec2 start-instances":                          (*admin).startInstance,
	"ec2 allocate-address":                         (*admin).allocateAddress,
	"ec2 associate-address":                        (*admin).associateAddress,
	"ec2 modify-vpc-attribute":                     (*admin).modifyVPCAttribute,
	"ec2 delete-route":                             (*admin).deleteRoute,
	"ec2 create-route":                             func(a *admin, o options) error { return a.route(o, false) },
	"ec2 replace-route":                            func(a *admin, o options) error { return a.route(o, true) },
	"ec2 create-internet-gateway":                  (*admin).createGateway,
	"ec2 attach-internet-gateway":                  (*admin).attachGateway,
	"ec2 create-vpc-block-public-access-exclusion": (*admin).createExclusion,
	"ec2 modify-vpc-block-public-access-exclusion": (*admin).modifyExclusion,
	"redshift modify-cluster":                      (*admin).modifyCluster,
	"redshift resume-cluster":                      (*admin).resume,
	"redshift reboot-cluster":                      (*admin).reboot,
	"redshift wait cluster-available":              (*admin).waitAvailable,
	"redshift create-cluster-parameter-group":      (*admin).createParameterGroup,
	"redshift modify-cluster-parameter-group":      (*admin).modifyParameterGroup,
	"redshift enable-logging":                      (*admin).enableLogging,
	"redshift modify-scheduled-action":             (*admin).modifyScheduledAction,
	"redshift-serverless update-workgroup":         (*admin).updateWorkgroup,
}
