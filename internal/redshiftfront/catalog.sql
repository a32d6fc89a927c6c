SET allow_system_table_mods = on;

-- The rows behind the views. Names that begin with pg_ are reserved in both
-- engines, so that nobody takes this schema for a user's.
CREATE SCHEMA pg_redshift;
CREATE TABLE pg_redshift.settings (name text PRIMARY KEY, setting text);
CREATE TABLE pg_redshift.user_grants (user_id int, user_name text, role_id int, role_name text, admin_option bool DEFAULT false);
-- role_name was granted granted_role_name.
CREATE TABLE pg_redshift.role_grants (role_id int, role_name text, granted_role_id int, granted_role_name text);
CREATE TABLE pg_redshift.system_privileges (system_privilege text, identity_id int, identity_name text, identity_type text);
CREATE TABLE pg_redshift.database_privileges (
	database_name text, privilege_type text, identity_id int, identity_name text, identity_type text,
	admin_option bool DEFAULT false, privilege_scope text DEFAULT 'DATABASE'
);
CREATE TABLE pg_redshift.schema_privileges (
	namespace_name text, privilege_type text, identity_id int, identity_name text, identity_type text,
	admin_option bool DEFAULT false, privilege_scope text DEFAULT 'SCHEMA'
);
CREATE TABLE pg_redshift.relation_privileges (
	namespace_name text, relation_name text, privilege_type text, identity_id int, identity_name text, identity_type text,
	admin_option bool DEFAULT false
);
-- In place of what the server says of a database; hidden from regular users, or
-- from none.
CREATE TABLE pg_redshift.redshift_databases (
	database_name text PRIMARY KEY, database_owner int DEFAULT 100, database_type text DEFAULT 'shared', hidden bool DEFAULT false
);
CREATE TABLE pg_redshift.external_schemas (
	esoid oid, eskind int DEFAULT 1, schemaname name, esowner int DEFAULT 100, databasename text, esoptions text DEFAULT '{}'
);

-- Who asks is always a parameter: inside a SECURITY DEFINER function current_user
-- is somebody else.
CREATE FUNCTION pg_redshift.is_superuser(asker name) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = asker
$$;
CREATE FUNCTION pg_redshift.roles_of(asker name) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER AS $$
	WITH RECURSIVE held (role_name) AS (
		SELECT g.role_name FROM pg_redshift.user_grants g WHERE g.user_name = asker
		UNION
		SELECT g.granted_role_name FROM pg_redshift.role_grants g JOIN held ON held.role_name = g.role_name
	)
	SELECT held.role_name FROM held
$$;
-- ACCESS SYSTEM TABLE and ACCESS CATALOG open views and catalogs to a role.
CREATE FUNCTION pg_redshift.holds(asker name, wanted text) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT pg_redshift.is_superuser(asker) OR EXISTS (
		SELECT 1 FROM pg_redshift.system_privileges p
		WHERE p.system_privilege = wanted AND p.identity_type = 'role' AND p.identity_name IN (SELECT pg_redshift.roles_of(asker))
	)
$$;
CREATE FUNCTION pg_redshift.is_identity(asker name, identity text, kind text) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT CASE kind
		WHEN 'public' THEN true
		WHEN 'user' THEN identity = asker
		WHEN 'role' THEN identity IN (SELECT pg_redshift.roles_of(asker))
		WHEN 'group' THEN EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = identity AND pg_catalog.pg_has_role(asker, r.oid, 'USAGE'))
	END
$$;

CREATE VIEW pg_catalog.svv_user_grants AS SELECT * FROM pg_redshift.user_grants g
	WHERE pg_redshift.holds(current_user, 'ACCESS SYSTEM TABLE') OR g.user_name = current_user;
CREATE VIEW pg_catalog.svv_role_grants AS SELECT * FROM pg_redshift.role_grants g
	WHERE pg_redshift.holds(current_user, 'ACCESS SYSTEM TABLE') OR pg_redshift.is_identity(current_user, g.role_name, 'role');
CREATE VIEW pg_catalog.svv_system_privileges AS SELECT * FROM pg_redshift.system_privileges p
	WHERE pg_redshift.holds(current_user, 'ACCESS SYSTEM TABLE') OR pg_redshift.is_identity(current_user, p.identity_name, p.identity_type);
CREATE VIEW pg_catalog.svv_database_privileges AS SELECT * FROM pg_redshift.database_privileges p
	WHERE pg_redshift.holds(current_user, 'ACCESS SYSTEM TABLE') OR pg_redshift.is_identity(current_user, p.identity_name, p.identity_type);
CREATE VIEW pg_catalog.svv_schema_privileges AS SELECT * FROM pg_redshift.schema_privileges p
	WHERE pg_redshift.holds(current_user, 'ACCESS SYSTEM TABLE') OR pg_redshift.is_identity(current_user, p.identity_name, p.identity_type);
CREATE VIEW pg_catalog.svv_relation_privileges AS SELECT * FROM pg_redshift.relation_privileges p
	WHERE pg_redshift.holds(current_user, 'ACCESS SYSTEM TABLE') OR pg_redshift.is_identity(current_user, p.identity_name, p.identity_type);
CREATE VIEW pg_catalog.svv_user_info AS
	SELECT r.rolname::text AS user_name, r.oid::int AS user_id, r.rolcreatedb AS createdb, r.rolsuper AS superuser, r.rolsuper AS catalog_update,
		CASE WHEN r.rolconnlimit < 0 THEN 'UNLIMITED' ELSE r.rolconnlimit::text END AS connection_limit,
		'RESTRICTED'::text AS syslog_access, NULL::timestamp AS last_ddl_timestamp, 0 AS session_timeout, NULL::text AS external_user_id
	FROM pg_catalog.pg_roles r
	WHERE r.rolcanlogin AND (pg_redshift.is_superuser(current_user) OR r.rolname = current_user);
CREATE VIEW pg_catalog.svv_redshift_databases AS
	SELECT d.datname::text AS database_name, coalesce(t.database_owner, d.datdba::int) AS database_owner,
		coalesce(t.database_type, 'local') AS database_type, NULL::text AS database_acl, NULL::text AS database_options
	FROM pg_catalog.pg_database d LEFT JOIN pg_redshift.redshift_databases t ON t.database_name = d.datname
	WHERE d.datallowconn AND NOT d.datistemplate AND (
		pg_redshift.is_superuser(current_user) OR pg_catalog.has_database_privilege(d.oid, 'CONNECT') AND NOT coalesce(t.hidden, false)
	);
CREATE VIEW pg_catalog.svv_external_schemas AS SELECT * FROM pg_redshift.external_schemas e
	WHERE pg_redshift.is_superuser(current_user) OR CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_namespace n WHERE n.nspname = e.schemaname)
		THEN pg_catalog.has_schema_privilege(e.schemaname, 'USAGE') ELSE false END;
CREATE VIEW pg_catalog.svv_tables AS
	SELECT t.table_catalog::text, t.table_schema::text, t.table_name::text, t.table_type::text, NULL::text AS remarks FROM information_schema.tables t;
CREATE VIEW pg_catalog.stv_sessions AS
	SELECT a.backend_start::timestamp AS starttime, a.pid AS process, a.usename::text AS user_name, a.datname::text AS db_name, 0 AS timeout_sec
	FROM pg_catalog.pg_stat_activity a WHERE a.datname IS NOT NULL;
GRANT SELECT ON pg_catalog.svv_user_grants, pg_catalog.svv_role_grants, pg_catalog.svv_system_privileges, pg_catalog.svv_database_privileges,
	pg_catalog.svv_schema_privileges, pg_catalog.svv_relation_privileges, pg_catalog.svv_user_info, pg_catalog.svv_redshift_databases,
	pg_catalog.svv_external_schemas, pg_catalog.svv_tables, pg_catalog.stv_sessions TO PUBLIC;

CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE STRICT AS $$ SELECT :version::text $$;

-- Which settings Redshift lists is not known; these it has, and no others.
INSERT INTO pg_redshift.settings VALUES ('metadata_security', 'off'), ('server_version', '8.0.2'), ('server_encoding', 'UNICODE'),
	('enable_case_sensitive_identifier', 'off'), ('query_group', 'default');
CREATE OR REPLACE VIEW pg_catalog.pg_settings AS
	SELECT pg_catalog.lower(a.name) AS name, coalesce(s.setting, a.setting) AS setting, a.unit, a.category, a.short_desc, a.extra_desc, a.context, a.vartype,
		a.source, a.min_val, a.max_val, a.enumvals, a.boot_val, a.reset_val, a.sourcefile, a.sourceline, a.pending_restart
	FROM pg_catalog.pg_show_all_settings() a LEFT JOIN pg_redshift.settings s ON s.name = a.name
	WHERE a.name IN ('application_name', 'client_encoding', 'DateStyle', 'default_transaction_isolation', 'default_transaction_read_only',
		'extra_float_digits', 'integer_datetimes', 'search_path', 'server_encoding', 'server_version', 'statement_timeout', 'TimeZone',
		'transaction_isolation', 'transaction_read_only')
	UNION ALL
	SELECT s.name, s.setting, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false
	FROM pg_redshift.settings s WHERE s.name NOT IN (SELECT a.name FROM pg_catalog.pg_show_all_settings() a);
CREATE FUNCTION pg_catalog.redshift_setting(wanted text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE found text;
BEGIN
	SELECT s.setting INTO found FROM pg_catalog.pg_settings s WHERE s.name = wanted;
	RETURN coalesce(found, pg_catalog.current_setting(wanted));
END
$$;

-- Metadata security. A user that may not read the catalog may not read the view.
CREATE FUNCTION pg_redshift.readable(asker name, relation text) RETURNS bool LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
	IF NOT pg_catalog.has_table_privilege(asker, 'pg_catalog.' || relation, 'SELECT') THEN
		RAISE EXCEPTION 'permission denied for relation %', relation USING ERRCODE = '42501';
	END IF;
	RETURN true;
END
$$;
CREATE FUNCTION pg_redshift.shows_schema(asker name, schema oid) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT pg_redshift.holds(asker, 'ACCESS CATALOG') OR EXISTS (
		SELECT 1 FROM pg_catalog.pg_namespace n
		WHERE n.oid = schema AND (
			n.nspname IN ('pg_catalog', 'information_schema') OR pg_catalog.pg_has_role(asker, n.nspowner, 'USAGE')
			OR pg_catalog.has_schema_privilege(asker, n.oid, 'USAGE, CREATE')
			OR EXISTS (SELECT 1 FROM pg_redshift.schema_privileges p
				WHERE p.namespace_name = n.nspname AND pg_redshift.is_identity(asker, p.identity_name, p.identity_type))
		)
	)
$$;
CREATE FUNCTION pg_redshift.shows_relation(asker name, relation oid) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT pg_redshift.holds(asker, 'ACCESS CATALOG') OR EXISTS (
		SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.oid = relation AND (
			n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') OR pg_catalog.pg_has_role(asker, c.relowner, 'USAGE')
			OR pg_catalog.has_table_privilege(asker, c.oid, 'SELECT, INSERT, UPDATE, DELETE, REFERENCES')
			OR EXISTS (SELECT 1 FROM pg_redshift.relation_privileges p
				WHERE p.namespace_name = n.nspname AND p.relation_name = c.relname AND pg_redshift.is_identity(asker, p.identity_name, p.identity_type))
		)
	)
$$;
CREATE VIEW pg_catalog.pg_namespace_visible AS SELECT * FROM pg_catalog.pg_namespace n
	WHERE pg_redshift.readable(current_user, 'pg_namespace') AND pg_redshift.shows_schema(current_user, n.oid);
CREATE VIEW pg_catalog.pg_class_visible AS SELECT * FROM pg_catalog.pg_class c
	WHERE pg_redshift.readable(current_user, 'pg_class') AND c.relname NOT LIKE 'pg\_%\_visible' AND pg_redshift.shows_relation(current_user, c.oid);
CREATE VIEW pg_catalog.pg_attribute_visible AS SELECT * FROM pg_catalog.pg_attribute a
	WHERE pg_redshift.readable(current_user, 'pg_attribute') AND pg_redshift.shows_relation(current_user, a.attrelid);
CREATE VIEW pg_catalog.pg_tables_visible AS SELECT * FROM pg_catalog.pg_tables t
	WHERE pg_redshift.readable(current_user, 'pg_tables')
		AND EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = t.schemaname AND c.relname = t.tablename AND pg_redshift.shows_relation(current_user, c.oid));
CREATE VIEW pg_catalog.pg_views_visible AS SELECT * FROM pg_catalog.pg_views v
	WHERE pg_redshift.readable(current_user, 'pg_views')
		AND EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = v.schemaname AND c.relname = v.viewname AND pg_redshift.shows_relation(current_user, c.oid));
GRANT SELECT ON pg_catalog.pg_namespace_visible, pg_catalog.pg_class_visible, pg_catalog.pg_attribute_visible,
	pg_catalog.pg_tables_visible, pg_catalog.pg_views_visible TO PUBLIC;

-- https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
GRANT CREATE ON SCHEMA public TO PUBLIC;
