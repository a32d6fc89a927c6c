package fakeaws

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func (c *call) getCallerIdentity() *apiError {
	c.out.text("Arn", "arn:"+partition(c.Region)+":iam::"+c.Account+":user/auditor")
	c.out.text("UserId", "AIDAEXAMPLE")
	c.out.text("Account", c.Account)
	return nil
}

// assumeRole hands out the key of the account that the role belongs to.
func (c *call) assumeRole() *apiError {
	role, external := c.Params.Get("RoleArn"), c.Params.Get("ExternalId")
	for _, a := range c.cloud.Accounts {
		if !slices.Contains(a.Roles, Role{ARN: role, ExternalID: external}) {
			continue
		}
		d := &c.out
		d.in("Credentials", func() {
			d.text("AccessKeyId", a.AccessKey)
			d.text("SecretAccessKey", "secret-of-the-role")
			d.text("SessionToken", "token-of-the-role")
			d.text("Expiration", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		})
		d.in("AssumedRoleUser", func() {
			d.text("Arn", strings.Replace(role, ":iam:", ":sts:", 1)+"/"+c.Params.Get("RoleSessionName"))
			d.text("AssumedRoleId", "AROAEXAMPLE:"+c.Params.Get("RoleSessionName"))
		})
		return nil
	}
	return &apiError{http.StatusForbidden, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource: " + role}
}
