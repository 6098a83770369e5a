package llm

import "io"

// scanUsage is a UsageScanner for an answer that is read, to its end whatever is in
// it.
func scanUsage(r io.Reader) (u Usage, ok bool) {
	s := UsageScanner{}
	buf := make([]byte, 16<<10)
	for {
		n, err := r.Read(buf)
		s.Write(buf[:n])
		if err != nil {
			return s.Usage()
		}
	}
}
