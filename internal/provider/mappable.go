package provider

// Mappable says in words why a secret mapping may not give a field, or "". What
// decides where a credential goes, or how it is used, is checked when it is
// stored, so it cannot come from elsewhere later; and a mapping to a field that
// the kind does not have would be a credential that nobody sends.
func (k Spec) Mappable(name string) string {
	const stored = "is checked when it is stored, and cannot come from a secret reference"
	if name == CustomHost || name == k.Auth.Field {
		return stored
	}
	for _, f := range k.AllFields() {
		switch {
		case f.Name != name:
		case f.Address || f.Type == List:
			return stored
		default:
			return ""
		}
	}
	return "is no field of this kind of provider"
}
