package compatibility

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const intro = `# Compatibility

<!-- Made by "make compatibility" from /openapi.json, the gateway's routes and the lists in test/compatibility. -->

Claviger speaks the wire format of Portkey's admin and gateway APIs. This page
has each of their routes, as published in version 2.0.0 of their description, and
says whether Claviger serves it and in what it differs. Routes marked * are not
in that description: documentation or clients know them. All are below ` + "`/v1`" + `; those
of the admin API are below ` + "`/v2`" + ` as well. The one exception is the route of prices,
which is at the root of the server, ` + "`/model-configs/pricing/{provider}/{model}`" + `, and
nowhere else.

Where the description and the clients disagree, Claviger does what the clients need.
`

// write writes the page.
func write(w io.Writer, reference, served []route, differences []difference) {
	has := map[string]bool{}
	for _, r := range served {
		has[r.same()] = true
	}
	known := map[string]bool{}
	for _, r := range reference {
		known[r.same()] = true
	}
	fmt.Fprintf(w, "%s\n", intro)
	summary(w, reference, has)
	fmt.Fprintf(w, "\n## On every route\n\n")
	for _, d := range differences {
		if d.route == everywhere {
			fmt.Fprintf(w, "- %s. *Why:* %s.\n", d.what, d.why)
		}
	}
	for _, plane := range []string{"admin", "gateway"} {
		fmt.Fprintf(w, "\n## Routes of the %s API\n\n| | Route | | Differs in |\n|---|---|---|---|\n", plane)
		area := ""
		for _, r := range reference {
			if r.plane != plane {
				continue
			}
			if r.area == area {
				fmt.Fprint(w, "| ")
			} else {
				area = r.area
				fmt.Fprintf(w, "| **%s** ", strings.ReplaceAll(area, "-", " "))
			}
			fmt.Fprintf(w, "| `%s`%s | %s | %s |\n", r, star(r), support(has[r.same()]), differs(r, differences))
		}
	}
	fmt.Fprintf(w, "\n## Routes of Claviger alone\n\n")
	var own []string
	for _, r := range served {
		if !known[r.same()] {
			own = append(own, r.String())
		}
	}
	slices.Sort(own)
	for _, r := range own {
		fmt.Fprintf(w, "- `%s`\n", r)
	}
}

// summary counts the routes of each plane.
func summary(w io.Writer, reference []route, has map[string]bool) {
	fmt.Fprint(w, "| | Routes | Supported |\n|---|---|---|\n")
	for _, plane := range []string{"admin", "gateway"} {
		all, supported := 0, 0
		for _, r := range reference {
			if r.plane == plane {
				all++
				if has[r.same()] {
					supported++
				}
			}
		}
		fmt.Fprintf(w, "| %s API | %d | %d |\n", plane, all, supported)
	}
}

func star(r route) string {
	if r.unpublished {
		return " *"
	}
	return ""
}

func support(has bool) string {
	if has {
		return "supported"
	}
	return "not yet"
}

// differs are the differences of one route, as the cell of a table.
func differs(r route, all []difference) string {
	var cells []string
	for _, d := range all {
		if d.route == r.String() {
			cells = append(cells, fmt.Sprintf("%s (%s)", d.what, d.why))
		}
	}
	return strings.Join(cells, "<br>")
}
