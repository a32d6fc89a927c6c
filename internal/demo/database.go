package main

// password is everybody's here; the server ends with this program.
const password = "an-example-password"

// users makes the loader's user, one that watches, and the one who owns what the
// loader should.
const users = `
CREATE USER stitch PASSWORD '` + password + `';
CREATE USER auditor PASSWORD '` + password + `';
CREATE USER etl_admin;
`

// database is one that a cluster of the demo has.
type database struct{ name, script string }

var databases = []database{
	{"analytics", grantCreate("analytics") + asStitch + integration("shopify") + integration("zendesk")},
	{"sales", premade("sales")},
	{"hubspot", grantCreate("hubspot") + hubspot},
	{"research", grantCreate("research") + asStitch + integration("survey") + `
RESET ROLE;
REVOKE SELECT ON pg_catalog.pg_description FROM PUBLIC;
GRANT SELECT ON pg_catalog.pg_description TO stitch;`},
}

func grantCreate(database string) string {
	return "GRANT CREATE ON DATABASE " + database + " TO stitch;\n"
}

const asStitch = "SET ROLE stitch;\n"

// premade is a schema that was made for stitch, which may not make another.
func premade(name string) string {
	return "CREATE SCHEMA " + name + " AUTHORIZATION stitch;\n" + asStitch + tables(name)
}

// integration is a schema as Stitch makes one.
func integration(name string) string {
	return "CREATE SCHEMA " + name + ";\n" + tables(name)
}

func tables(schema string) string {
	const columns = "_sdc_batched_at timestamp, _sdc_received_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint"
	return `
CREATE TABLE ` + schema + `._sdc_rejected (_sdc_rejected_at timestamp, table_name text, reason text, record text);
CREATE TABLE ` + schema + `.orders (id bigint, ` + columns + `);
COMMENT ON TABLE ` + schema + `.orders IS '{"primary_keys":["id"]}';
CREATE TABLE ` + schema + `.customers (id bigint, ` + columns + `);
COMMENT ON TABLE ` + schema + `.customers IS '{"primary_keys":["id"]}';
`
}

// hubspot was loaded by somebody else before Stitch took over: the schema and two
// of its tables are theirs, and a comment was overwritten by hand.
const hubspot = `
CREATE SCHEMA hubspot AUTHORIZATION etl_admin;
GRANT ALL ON SCHEMA hubspot TO stitch;
SET ROLE stitch;
CREATE TABLE hubspot._sdc_rejected (_sdc_rejected_at timestamp, table_name text, reason text, record text);
CREATE TABLE hubspot.contacts (id bigint, _sdc_batched_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint);
COMMENT ON TABLE hubspot.contacts IS '{"primary_keys":["id"]}';
CREATE TABLE hubspot.deals (id bigint, _sdc_batched_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint);
COMMENT ON TABLE hubspot.deals IS 'all deals, see the wiki';
CREATE TABLE hubspot.companies (id bigint, _sdc_batched_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint);
COMMENT ON TABLE hubspot.companies IS '{"primary_keys":["id"]}';
RESET ROLE;
ALTER TABLE hubspot.contacts OWNER TO etl_admin;
ALTER TABLE hubspot.companies OWNER TO etl_admin;
`
