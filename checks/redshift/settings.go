package redshift

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// settings asks for those of the session, before it sets any of its own.
func (o *observation) settings(ctx context.Context) {
	settings := []facts.Setting{}
	err := o.session.ask(ctx, settingsStatement, func(r row) {
		settings = append(settings, facts.Setting{Name: strings.ToLower(r.text(0)), Value: r.text(1)})
	})
	listed := func(name string) bool {
		return slices.ContainsFunc(settings, func(s facts.Setting) bool { return s.Name == name })
	}
	switch {
	case err != nil:
		shown, errShown := o.shownSettings(ctx)
		if errShown != nil {
			o.lack(settingsStatement, err, "database.settings")
		}
		settings = shown
	case !listed("statement_timeout"):
		timeout, err := o.shownTimeout(ctx)
		if err != nil {
			o.lack(statementTimeoutStatement, err, "database.settings.statement_timeout")
		} else {
			settings = append(settings, timeout)
		}
	}
	slices.SortFunc(settings, func(a, b facts.Setting) int { return cmp.Compare(a.Name, b.Name) })
	o.db.Settings = settings
}

// shownSettings asks without pg_settings for what decides something.
func (o *observation) shownSettings(ctx context.Context) ([]facts.Setting, error) {
	timeout, err := o.shownTimeout(ctx)
	if err != nil {
		return []facts.Setting{}, err
	}
	settings := []facts.Setting{timeout}
	err = o.session.ask(ctx, readOnlyStatement, func(r row) {
		settings = append(settings, facts.Setting{Name: "default_transaction_read_only", Value: r.text(0)})
	})
	if server, told := said(err); told && server.Code == "42704" { // a parameter that does not exist is not set
		return settings, nil
	}
	return settings, err
}

func (o *observation) shownTimeout(ctx context.Context) (facts.Setting, error) {
	var shown string
	err := o.session.ask(ctx, statementTimeoutStatement, func(r row) { shown = r.text(0) })
	value, ok := milliseconds(shown)
	if err == nil && !ok {
		err = errStrange
	}
	return facts.Setting{Name: "statement_timeout", Value: value}, err
}

func onOff(value string) (string, bool) {
	switch strings.ToLower(value) {
	case "on", "true", "t", "1", "yes":
		return "on", true
	case "off", "false", "f", "0", "no":
		return "off", true
	}
	return "", false
}

// milliseconds turns the text of SHOW statement_timeout into the number that
// pg_settings tells: Redshift says "30000", PostgreSQL "30s".
func milliseconds(shown string) (string, bool) {
	units := []struct {
		suffix string
		length time.Duration
	}{
		{"ms", time.Millisecond}, {"min", time.Minute}, {"s", time.Second}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"", time.Millisecond},
	}
	for _, unit := range units {
		digits, found := strings.CutSuffix(shown, unit.suffix)
		if n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32); found && err == nil {
			return strconv.FormatInt(n*unit.length.Milliseconds(), 10), true
		}
	}
	return "", false
}
