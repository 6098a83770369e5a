package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// model is one entry of GET /v1/models.
type model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

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

// models lists what the caller may use: one provider's models when the request
// names it, else those of every provider of the workspace, as "@slug/model".
func (x *exchange) models(ctx context.Context, where authn.Where) error {
	ctx, cancel := context.WithTimeout(ctx, modelsTimeout)
	defer cancel()
	s, err := x.signal()
	if err != nil {
		return err
	}
	if s.slug != "" || s.name != "" {
		to, err := x.route(ctx, where)
		if err != nil {
			return err
		}
		list, err := x.modelsOf(ctx, to.target)
		if err != nil {
			return err
		}
		x.list(map[string]any{"object": "list", "data": list, "provider": to.target.aiProvider})
		return nil
	}
	all, err := x.targets.all(ctx, x.who.Workspace.OrganisationID, x.who.Workspace.ID)
	if err != nil {
		return err
	}
	list, missing := x.catalogue(ctx, all)
	if len(missing) > 0 {
		x.w.Header()["X-Claviger-Models-Missing"] = []string{strings.Join(missing, ",")}
	}
	x.list(map[string]any{"object": "list", "data": list})
	return nil
}

// catalogue asks all targets. Those that do not answer are missing.
func (x *exchange) catalogue(ctx context.Context, all []*target) (list []model, missing []string) {
	lists := make([][]model, len(all))
	errs := make([]error, len(all))
	room := make(chan struct{}, askedAtOnce)
	var wg sync.WaitGroup
	for i, t := range all {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			lists[i], errs[i] = x.modelsOf(ctx, t)
		})
	}
	wg.Wait()
	list = []model{}
	for i, t := range all {
		if errs[i] != nil {
			missing = append(missing, t.slug)
		}
		for _, m := range lists[i] {
			m.ID = "@" + t.slug + "/" + m.ID
			list = append(list, m)
		}
	}
	return list, missing
}

// modelsOf asks one provider, unless it said so a moment ago.
func (x *exchange) modelsOf(ctx context.Context, t *target) ([]model, error) {
	if l := t.models.Load(); l != nil && x.Now().Sub(l.asked) < modelsFresh {
		return l.models, nil
	}
	a := &attempt{exchange: x, to: route{target: t}}
	up := provider.Upstream{Path: "/models"}
	if p, ok := t.account.(interface{ ModelsPath() string }); ok {
		up.Path = p.ModelsPath()
	}
	req, err := a.upstreamRequest(ctx, up)
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

// list sends a list of models.
func (x *exchange) list(body map[string]any) {
	b, err := json.Marshal(body)
	if err != nil { // strings and numbers only: cannot happen
		x.refuse(err)
		return
	}
	x.outcome = claviger.Success
	x.sendJSON(http.StatusOK, b)
}
