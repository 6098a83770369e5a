package adminapi

import (
	"encoding/csv"
	"mime"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
)

const mediaCSV = "text/csv"

// acceptsCSV tells a client that asks for CSV before anything else.
func acceptsCSV(accept string) bool {
	first, _, _ := strings.Cut(accept, ",")
	kind, _, err := mime.ParseMediaType(first)
	return err == nil && kind == mediaCSV
}

// groupNames are the columns of each group.
var groupNames = map[claviger.UsageGroup][]string{
	claviger.ByDay: {"day"}, claviger.ByWorkspace: {"workspace_id"}, claviger.ByIntegration: {"integration_id"},
	claviger.ByProvider: {"provider", "provider_id"}, claviger.ByAPIKey: {"api_key_id"}, claviger.ByModel: {"model"},
}

// sumNames are the columns behind them, in the order of [sumCells].
var sumNames = []string{"requests", "attempts", "errors", "unsettled", "open", "input_tokens", "cache_read_tokens", "cache_write_5m_tokens",
	"cache_write_1h_tokens", "audio_input_tokens", "image_input_tokens", "cache_read_audio_tokens", "cache_read_image_tokens",
	"output_tokens", "audio_output_tokens", "image_output_tokens", "reasoning_tokens", "total_input_tokens", "total_output_tokens",
	"total_tokens", "web_searches", "file_searches", "cost_usd"}

func sumCells(row []string, s claviger.UsageSum) []string {
	t := s.Tokens
	for _, n := range []int64{s.Requests, s.Attempts, s.Errors, s.Unsettled, s.Open, t.Input, t.CacheRead, t.CacheWrite5m, t.CacheWrite1h,
		t.AudioInput, t.ImageInput, t.CacheReadAudio, t.CacheReadImage, t.Output, t.AudioOutput, t.ImageOutput, t.Reasoning,
		t.In(), t.Out(), t.In() + t.Out(), t.WebSearches, t.FileSearches} {
		row = append(row, strconv.FormatInt(n, 10))
	}
	return append(row, dollars(s.Cost).String())
}

func groupCells(row []string, g claviger.UsageGroup, s claviger.UsageSum) []string {
	switch g {
	case claviger.ByDay:
		return append(row, s.Day.Format("2006-01-02"))
	case claviger.ByWorkspace:
		return append(row, cell(string(s.WorkspaceID)))
	case claviger.ByIntegration:
		return append(row, cell(string(s.IntegrationID)))
	case claviger.ByProvider:
		return append(row, cell(s.ProviderSlug), cell(string(s.ProviderID)))
	case claviger.ByAPIKey:
		return append(row, cell(string(s.APIKeyID)))
	default:
		return append(row, cell(s.Model))
	}
}

// cell is text that no spreadsheet takes for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}

// sendCSV answers with a header row and a row for each sum.
func (a *api) sendCSV(groups []claviger.UsageGroup, sums []claviger.UsageSum) func(huma.Context) {
	return func(c huma.Context) {
		c.SetHeader("Content-Type", mediaCSV)
		c.SetHeader("Content-Disposition", `attachment; filename="usage.csv"`)
		w := csv.NewWriter(c.BodyWriter())
		var row []string
		for _, g := range groups {
			row = append(row, groupNames[g]...)
		}
		_ = w.Write(append(row, sumNames...)) // what fails is told by Error
		for _, s := range sums {
			row = row[:0]
			for _, g := range groups {
				row = groupCells(row, g, s)
			}
			row = sumCells(row, s)
			_ = w.Write(row)
		}
		if w.Flush(); w.Error() != nil {
			a.log.DebugContext(c.Context(), "an answer was not sent", "error", w.Error())
		}
	}
}
