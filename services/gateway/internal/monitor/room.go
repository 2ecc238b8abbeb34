package monitor

import "golang.org/x/sys/unix"

// Room is a file system.
type Room struct {
	Folder     string `json:"folder"`
	TotalBytes uint64 `json:"total_bytes"`
	FreeBytes  uint64 `json:"free_bytes"` // for who is not root
}

func (m *Monitor) room() *Room {
	if m.Folder == "" {
		return nil
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(m.Folder, &fs); err != nil {
		m.absent("the room of files", err)
		return nil
	}
	block := uint64(fs.Bsize) // its type differs between systems
	return &Room{Folder: m.Folder, TotalBytes: fs.Blocks * block, FreeBytes: fs.Bavail * block}
}
