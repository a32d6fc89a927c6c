// Package truth holds what rscheck says of a database against what happens there.
// It has tests only.
//
// In each of many random scenarios on a real PostgreSQL server the loader's work
// is tried as the loader's user, in transactions that are rolled back: it creates
// schemas and tables, comments on its tables, alters and truncates them, and reads
// the system's catalogs. rscheck observes the same database twice, as the loader's
// user and as an auditor who has no rights of its own, and judges. What was tried
// decides: a verdict that says otherwise is a defect of rscheck, and the test prints
// the smallest scenario that shows it, as SQL.
//
// Scenarios keep to what Redshift has too, with two exceptions: a group may be in a
// group, which stands for a role granted to a role, and nothing refuses a member of
// a role the rights of its owner, so no group and no user that others are members of
// owns anything here. In PostgreSQL such members may do what the owner may; on
// Redshift only users own, and users have no members.
//
// # Which trial decides which check
//
// Every trial is made twice: as things are, and alone, with all granted that other
// checks answer for, so that each check is held to its own cause.
//
//	SQL001  the login with the password that the loader has
//	SQL002  the login of a superuser to that database
//	SQL003  CREATE SCHEMA IF NOT EXISTS, of a new schema and of one that is there,
//	        in sessions that may be read-only from the start
//	SQL004  for each of the loader's schemas: COMMENT ON SCHEMA, which is the owner's,
//	        and the whole life of a new table in it
//	SQL005  for each of the loader's tables: ADD COLUMN, DROP COLUMN, COMMENT, SELECT,
//	        INSERT, UPDATE, DELETE, TRUNCATE
//	SQL006, SQL007  SELECT * by qualified name from each relation that the profile lists
//	SQL008  what PostgreSQL's own JSON parser makes of the comment, and whether the
//	        columns it names are there
//	SQL009  DROP TABLE by a superuser, which a bound view keeps from working
//	SEC006  CREATE USER of a superuser
//
// And as a whole: where rscheck says ready, nothing that the loader does is refused;
// where it says not ready, something is. What is unknown to a login is only what
// rests on a relation that, when tried, was refused to it. Both logins say the same
// where nothing is hidden. In every third scenario the SQL that rscheck prints is
// run until it prints no more: then all works.
//
// # Where rscheck asks for more than PostgreSQL
//
//	SQL004  A schema of somebody else's in which the loader may create and use. The
//	        loader's documentation demands that it owns the schema, and Redshift's
//	        information_schema.schemata shows a schema to its owner only; PostgreSQL's
//	        shows it to whoever may use it. COMMENT ON SCHEMA stands for that here.
//	SQL004, SQL005  A member of the owner is not the owner: see owner_test.go.
//	SQL006, SQL007  USAGE on the schema: unqualified names are found without it.
//	        SELECT on the relation: single columns may be granted. How the loader
//	        words its questions is not documented, so they have to work either way.
//	SQL008, SEC006  Nothing is refused here; they say what goes wrong otherwise.
//
// # Where rscheck sees less
//
//	SQL001, as the auditor  A password that was changed, or disabled, and a limit of
//	        connections are not shown to others. SQL013 is then unknown, so the verdict
//	        is never ready.
//	SQL005  TRUNCATE can be taken from an owner in PostgreSQL, and PostgreSQL 8.0 has no
//	        such right to ask for: the scenarios leave it alone.
//	SQL009  A bound view keeps DROP COLUMN from working (SQLSTATE 2BP01), and is of
//	        medium severity only: such a scenario may be ready.
package truth
