//go:build !linux

package ledger

import "errors"

func (osFile) Reserve(int64) error { return errors.ErrUnsupported }
