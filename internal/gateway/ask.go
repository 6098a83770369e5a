package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// modelList is what a provider said it has, and when.
type modelList struct {
	models []model
	asked  time.Time
}

const (
	modelsFresh   = time.Minute // how long a provider is not asked again
	modelsTimeout = 10 * time.Second
	maxModels     = 8 << 20 // bytes of a provider's list
	askedAtOnce   = 8
)

// modelsOf asks one provider, unless it said so a moment ago.
func (x *exchange) modelsOf(ctx context.Context, t *target) ([]model, error) {
	if l := t.models.Load(); l != nil && x.Now().Sub(l.asked) < modelsFresh {
		return l.models, nil
	}
	up := provider.Upstream{Path: "/models"}
	if lister, ok := t.account.(provider.ModelLister); ok {
		up.Path = lister.ModelsPath()
	}
	if up.Path == "" {
		return nil, nil // there is nothing to ask for
	}
	req, err := x.upstreamRequest(ctx, t, up)
	if err != nil {
		return nil, err
	}
	resp, err := x.transports.to(t.allowPrivate).RoundTrip(req)
	if err != nil {
		return nil, failure(http.StatusBadGateway, "upstream_error", t.aiProvider+" error: "+unreachable(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxModels))
	if err != nil {
		return nil, failure(http.StatusBadGateway, "upstream_error", t.aiProvider+" error: its answer broke off")
	}
	body = t.scrub.bytes(body)
	if resp.StatusCode != http.StatusOK {
		fault := llm.ParseFault(resp.StatusCode, body)
		status := resp.StatusCode
		if status < http.StatusBadRequest {
			status = http.StatusBadGateway
		}
		return nil, failure(status, fault.Type, t.aiProvider+" error: "+fault.Message)
	}
	models, err := parseModels(body, t.aiProvider)
	if err != nil {
		return nil, failure(http.StatusBadGateway, "upstream_error", "Invalid response received from "+t.aiProvider)
	}
	t.models.Store(&modelList{models, x.Now()})
	return models, nil
}

// parseModels reads a list in the dialect of OpenAI or of Anthropic, which
// differ in how they give the time.
func parseModels(body []byte, ownedBy string) ([]model, error) {
	var said struct {
		Data []struct {
			ID        string    `json:"id"`
			Created   float64   `json:"created"`
			CreatedAt time.Time `json:"created_at"`
			OwnedBy   string    `json:"owned_by"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, err
	}
	if said.Data == nil {
		return nil, errors.New("no list")
	}
	out := make([]model, 0, len(said.Data))
	for _, d := range said.Data {
		m := model{ID: d.ID, Object: "model", Created: int64(d.Created), OwnedBy: d.OwnedBy}
		if !d.CreatedAt.IsZero() {
			m.Created = d.CreatedAt.Unix()
		}
		if m.OwnedBy == "" {
			m.OwnedBy = ownedBy
		}
		out = append(out, m)
	}
	return out, nil
}
