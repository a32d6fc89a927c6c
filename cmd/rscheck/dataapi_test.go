package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/postgres"
)

// dataAPIOf plays the Redshift Data API in front of a PostgreSQL server.
func dataAPIOf(ctx context.Context, server *postgres.Server, logins *fakeaws.Logins) *fakeaws.DataAPI {
	return &fakeaws.DataAPI{Open: func(as fakeaws.DataLogin) (fakeaws.DataSession, error) {
		user := as.User
		switch {
		case as.Secret != "":
			var secret struct{ Username string }
			if err := json.Unmarshal([]byte(logins.Secrets[as.Secret]), &secret); err != nil {
				return nil, err
			}
			user = secret.Username
		case user == "":
			user = logins.IdentityUser
		}
		config, err := pgconn.ParseConfig(fmt.Sprintf("host=%s port=%d sslmode=disable", server.Socket, server.Port))
		if err != nil {
			return nil, err
		}
		config.User, config.Database = user, as.Database
		conn, err := pgconn.ConnectConfig(ctx, config)
		var refusal *pgconn.PgError
		if errors.As(err, &refusal) {
			if refusal.Message == fmt.Sprintf("role %q does not exist", user) {
				return nil, fmt.Errorf(`FATAL: user "IAM:%s" does not exist`, user) // in Redshift's words
			}
			return nil, errors.New("FATAL: " + refusal.Message)
		}
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close(context.Background()) })
		return dataSession(ctx, conn), nil
	}}
}

var named = regexp.MustCompile(`:p([0-9]+)`)

func dataSession(ctx context.Context, conn *pgconn.PgConn) fakeaws.DataSession {
	return func(sql string, params map[string]string) ([][]any, error) {
		values := make([][]byte, len(params))
		for i := range values {
			values[i] = []byte(params["p"+strconv.Itoa(i+1)])
		}
		result := conn.ExecParams(ctx, named.ReplaceAllString(sql, "$$$1"), values, nil, nil, nil)
		var rows [][]any
		for result.NextRow() {
			row := make([]any, len(result.Values()))
			for i, text := range result.Values() {
				row[i] = dataValue(text, result.FieldDescriptions()[i].DataTypeOID)
			}
			rows = append(rows, row)
		}
		_, err := result.Close()
		var refusal *pgconn.PgError
		if errors.As(err, &refusal) {
			return nil, errors.New("ERROR: " + refusal.Message)
		}
		return rows, err
	}
}

// dataValue gives a value the type in which the Data API tells it.
func dataValue(text []byte, oid uint32) any {
	switch {
	case text == nil:
		return nil
	case oid == 16: // bool
		return string(text) == "t"
	case oid == 20, oid == 21, oid == 23, oid == 26: // int8, int2, int4, oid
		n, _ := strconv.ParseInt(string(text), 10, 64)
		return n
	}
	return string(text)
}
