// Package redshiftfront makes a PostgreSQL server pass for Amazon Redshift, for
// tests.
//
// A Front is a TCP server that speaks for Redshift: TLS, login, start-up
// parameters, what it reports of itself, the SQL that it refuses. What it does not
// refuse a real PostgreSQL answers, on a connection of the same user, so that
// privileges and transactions are real. Prepare gives a database of that server
// what Redshift has besides: version(), settings, svv_ views. What a login and a
// statement meet can be made to go wrong with a Fault.
//
// It is no oracle of Redshift. What it does is what AWS documents, what AWS's
// drivers expect and what users report; where that is silent it is PostgreSQL:
// SELECT * shows oid, SET of a parameter of Redshift's own fails, quoted names keep
// their case, catalogs hold PostgreSQL's own relations too, a text of which one
// statement is refused is refused as a whole.
package redshiftfront
