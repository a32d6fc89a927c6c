package fakeaws

import (
	"net/http"
	"time"
)

// Logins are the ways into the databases of a region.
type Logins struct {
	// Temporary are the temporary passwords of database users. AWS gives one for
	// a user that does not exist too; so does this, one that nobody has.
	Temporary map[string]string
	// IdentityUser is the database user that stands for the caller, and
	// IdentityPassword its temporary password.
	IdentityUser, IdentityPassword string
	// Secrets are the texts of secrets, by ARN.
	Secrets map[string]string
	// Data is the Data API; nil refuses every statement.
	Data *DataAPI
}

func (c *call) logins() *Logins {
	if c.region.Logins == nil {
		return &Logins{}
	}
	return c.region.Logins
}

// getClusterCredentials makes no users.
func (c *call) getClusterCredentials() *apiError {
	name, user := c.Params.Get("ClusterIdentifier"), c.Params.Get("DbUser")
	switch create := c.Params.Get("AutoCreate"); {
	case c.region.Cluster(name) == nil:
		return notFound("ClusterNotFound", "Cluster", name)
	case user == "":
		return refuse("InvalidParameterValue", "The parameter DbUser must be provided")
	case create != "" && create != "false":
		return &apiError{http.StatusForbidden, "AccessDenied", "fakeaws is read-only"}
	}
	password := c.logins().Temporary[user]
	if password == "" {
		password = "a password of nobody's"
	}
	c.credentials("IAM:"+user, password)
	return nil
}

func (c *call) getClusterCredentialsWithIAM() *apiError {
	if name := c.Params.Get("ClusterIdentifier"); c.region.Cluster(name) == nil {
		return notFound("ClusterNotFound", "Cluster", name)
	}
	c.credentials(c.logins().IdentityUser, c.logins().IdentityPassword)
	return nil
}

func (c *call) credentials(user, password string) {
	c.out.text("DbUser", user)
	c.out.text("DbPassword", password)
	c.out.text("Expiration", time.Now().Add(15*time.Minute).UTC().Format(time.RFC3339))
}

func (c *call) getCredentials() *apiError {
	return c.sayJSON(object{
		"dbUser": c.logins().IdentityUser, "dbPassword": c.logins().IdentityPassword,
		"expiration": time.Now().Add(15 * time.Minute).Unix(),
	})
}

func (c *call) getSecretValue() *apiError {
	id := c.Params.Get("SecretId")
	text, known := c.logins().Secrets[id]
	if !known {
		return &apiError{http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified secret."}
	}
	return c.sayJSON(object{"ARN": id, "Name": "warehouse", "SecretString": text, "VersionStages": []string{"AWSCURRENT"}})
}
