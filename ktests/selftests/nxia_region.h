/* SPDX-License-Identifier: GPL-2.0-only */
/* Regions and what is mapped of them. */
#ifndef NXIA_REGION_H
#define NXIA_REGION_H

#include "nxia_ring.h"

#define REGION_ALL	NXIA_RIGHTS_REGION

/* A region of @pages with all rights. */
static inline __u64 make_region(int session, size_t pages)
{
	__u64 handle;

	REQUIRE_OK(nxia_region_create(session, pages * page_size(), REGION_ALL,
				      &handle));
	return handle;
}

/* Map @pages of a file from page @first on. */
static inline char *region_map(int file, int protection, size_t first,
			       size_t pages)
{
	char *map = mmap(NULL, pages * page_size(), protection, MAP_SHARED,
			 file, first * page_size());

	REQUIRE(map != MAP_FAILED);
	return map;
}

/* All of a region of @pages for reading and writing, by a file of its own. */
static inline char *region_map_all(int session, __u64 handle, size_t pages)
{
	int file = nxia_fd(session, handle);
	char *map;

	REQUIRE_OK(file);
	map = region_map(file, PROT_READ | PROT_WRITE, 0, pages);
	close(file);
	return map;
}

#endif /* NXIA_REGION_H */
