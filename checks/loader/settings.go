package loader

// Settings is how one loader was said to be set up for one target.
type Settings struct {
	Profile Profile
	// Region is a region of the profile, or Any.
	Region string
	// Connection is a connection of the profile, as "direct".
	Connection string
	// User is the database user the loader logs in as.
	User string
	// Schemas are those it loads into; more are found by the profile's markers.
	Schemas []string
	// ExceptSchemas bear the profile's markers and are none that it loads into.
	ExceptSchemas []string
	Form          Form
	// BastionPort is the port of the bastion, 0 for that of the connection.
	BastionPort int
}

// Any stands for the loader's region when it is not known.
const Any = "any"

// Form is what was typed into the loader's connection form, empty where it was
// not told.
type Form struct {
	Host     string
	Port     string
	Database string
}
