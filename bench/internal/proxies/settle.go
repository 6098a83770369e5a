package proxies

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	settleStep    = 250 * time.Millisecond
	settleTimeout = 60 * time.Second
	// unshipped counts the bytes of the journal that are not in the ledger yet.
	unshipped = "claviger_ledger_unshipped_bytes"
)

// settle waits until the ledger has everything, so that what one round left
// behind does not weigh on the next.
func (s *ClavigerServer) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for {
		waiting, err := s.metric(ctx, unshipped)
		if err != nil {
			return err
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%.0f bytes of the journal are not shipped: %w", waiting, ctx.Err())
		case <-time.After(settleStep):
		}
	}
}

// metric reads one metric without labels.
func (s *ClavigerServer) metric(ctx context.Context, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(page) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			return strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
		}
	}
	return 0, fmt.Errorf("/metrics (%s) has no %s", resp.Status, name)
}
