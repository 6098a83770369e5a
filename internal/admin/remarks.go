package admin

// Remarks are what there is to say of a request that was carried out. The paths
// hold names that the caller chose.
type Remarks struct {
	Ignored []string // fields that changed nothing
	Unknown []string // settings that are stored and that the kind of provider does not declare
}

// set makes r say what was found; r may be nil, for nobody listens.
func (r *Remarks) set(found Remarks) {
	if r != nil {
		*r = found
	}
}

// inVirtualKeyWords turns the paths into those of a virtual key's request.
func (r *Remarks) inVirtualKeyWords() {
	if r == nil {
		return
	}
	for _, list := range [][]string{r.Ignored, r.Unknown} {
		for i, path := range list {
			list[i] = virtualKeyPath(path)
		}
	}
}
