package proxies

// AdminURL is where the admin API of the running server is.
func (s *ClavigerServer) AdminURL() string { return "http://" + s.addr + "/v1" }

// AdminKey is the key of the organisation's administrator.
func (s *ClavigerServer) AdminKey() string { return s.adminKey }

// Dir is the data directory.
func (s *ClavigerServer) Dir() string { return s.dir }
