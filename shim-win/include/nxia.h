/* SPDX-License-Identifier: MIT */
#ifndef NXIA_H
#define NXIA_H

/*
 * nxia.dll: documents and services of WSLX for programs of Windows.
 *
 * Rules that hold for every function:
 *
 * - Text is UTF-8 and ends with NUL.  Content is bytes and a size.
 * - A function that can fail returns an nxia_result: NXIA_OK or one of the NXIA_E_ codes, with a
 *   sentence for a human being in nxia_last_message().  What it would have handed out is then NULL.
 * - Any function may be called from any thread, and several threads may use one handle at once.
 *   Exception: a function that destroys a handle must be the last to use it.
 * - What a function hands out belongs to the caller, who gives it back with the function that its
 *   comment names; never with free() or delete.
 * - A struct begins with struct_size, which the caller sets to sizeof: programs and DLLs of
 *   different ages fit together.  A new DLL takes the absent fields as zero.  An old one refuses
 *   with NXIA_E_VERSION fields that it does not know and that are not zero.
 * - The network runs on a thread of each client's own.  Completions are called on that thread; a
 *   completion must not call back into the library.
 * - The calling convention is __cdecl: where there is more than one, the one that every language
 *   speaks and whose names are exported undecorated.
 * - No exception leaves the DLL, and nothing happens when it is loaded or unloaded.  Destroy every
 *   client before you unload it.
 */

#include <stddef.h>
#include <stdint.h>

#define NXIA_CALL __cdecl
#ifdef NXIA_BUILD
#define NXIA_API /* exported by nxia.def */
#else
#define NXIA_API __declspec(dllimport)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this header: major in the upper 16 bits, minor in the lower. */
#define NXIA_VERSION 0x00010000u

/* The version of the loaded DLL.  It serves programs with the same major and an equal or lower
 * minor version. */
NXIA_API uint32_t NXIA_CALL nxia_version(void);

/* NXIA_OK or an error.  The errors are a block of their own among the HRESULTs. */
typedef int32_t nxia_result;

#define NXIA_OK 0
#define NXIA_E(n) ((nxia_result)(0xA0A70000u | (n)))
#define NXIA_E_FAILED NXIA_E(1)      /* none of the others; the message says what */
#define NXIA_E_INVALID NXIA_E(2)     /* an argument is malformed */
#define NXIA_E_NOT_FOUND NXIA_E(3)   /* no document, or no service, has that name */
#define NXIA_E_REVOKED NXIA_E(4)     /* the capability behind the service has been revoked */
#define NXIA_E_REFUSED NXIA_E(5)     /* the caller may not do that */
#define NXIA_E_UNAVAILABLE NXIA_E(6) /* the service is gone, not yet there, or full */
#define NXIA_E_CONNECTION NXIA_E(7)  /* cannot connect, or the connection broke */
#define NXIA_E_TIMEOUT NXIA_E(8)     /* no answer within the time set */
#define NXIA_E_CANCELLED NXIA_E(9)   /* the client was disconnected during the call */
#define NXIA_E_TOO_LARGE NXIA_E(10)  /* more than a limit allows */
#define NXIA_E_IO NXIA_E(11)         /* the storage in WSLX failed */
#define NXIA_E_VERSION NXIA_E(12)    /* the two sides speak versions that do not fit */
#define NXIA_E_NO_MEMORY NXIA_E(13)  /* this process has no memory left */

/* Result of the last function that this thread called. */
NXIA_API nxia_result NXIA_CALL nxia_last_result(void);

/* Sentence to that result, "" after NXIA_OK.  Valid until this thread's next call. */
NXIA_API const char* NXIA_CALL nxia_last_message(void);

/* Gives back a block of memory, by nxia_get().  NULL is allowed. */
NXIA_API void NXIA_CALL nxia_free(void* block);

/* ---- Connection ---- */

/* A connection to one WSLX. */
typedef struct nxia_client nxia_client;

typedef struct nxia_connect_options {
    uint32_t struct_size;
    uint32_t connect_timeout_ms; /* 0: 10 s */
    uint32_t call_timeout_ms;    /* most time for one call; 0: no limit */
    uint32_t reserved;           /* 0 */
    const char* address;         /* "HOST:PORT"; NULL: "127.0.0.1:7345" */
} nxia_connect_options;

/*
 * Connects, and agrees on a version of the protocol.
 *
 * options may be NULL for all defaults.  Give *client back with nxia_disconnect().
 *
 * NXIA_E_INVALID: an address that is none.  NXIA_E_CONNECTION: nobody answers there, or not with
 * this protocol.  NXIA_E_TIMEOUT.  NXIA_E_VERSION.  NXIA_E_REFUSED.
 */
NXIA_API nxia_result NXIA_CALL nxia_connect(const nxia_connect_options* options,
                                            nxia_client** client);

/*
 * Ends the connection.  Asynchronous calls that have not completed do so with NXIA_E_CANCELLED
 * before this returns.  Services opened from the client stay to be closed; until then their calls
 * answer NXIA_E_CONNECTION.  NULL is allowed.
 */
NXIA_API void NXIA_CALL nxia_disconnect(nxia_client* client);

/* Name and version of the program at the other end.  Valid as long as the client. */
NXIA_API const char* NXIA_CALL nxia_server(const nxia_client* client);

/* Version of the protocol that both ends agreed on. */
NXIA_API uint32_t NXIA_CALL nxia_protocol(const nxia_client* client);

/* ---- Services ---- */

/* A capability to one service. */
typedef struct nxia_service nxia_service;

/*
 * Opens a service by its name, "store" for the documents.  Give *service back with nxia_close().
 *
 * NXIA_E_NOT_FOUND: no such service.  NXIA_E_REFUSED.  NXIA_E_UNAVAILABLE.  NXIA_E_CONNECTION.
 */
NXIA_API nxia_result NXIA_CALL nxia_open(nxia_client* client, const char* name,
                                         nxia_service** service);

/* Drops the capability.  NULL is allowed. */
NXIA_API void NXIA_CALL nxia_close(nxia_service* service);

/* ---- Documents ----
 *
 * Each call needs a service that is a store of documents.  Besides what is listed, each may fail
 * with NXIA_E_REVOKED, NXIA_E_CONNECTION, NXIA_E_TIMEOUT, NXIA_E_UNAVAILABLE, NXIA_E_IO,
 * NXIA_E_NO_MEMORY, and with NXIA_E_INVALID for NULL where that is not allowed.
 *
 * A name of a document is 1 to 1024 bytes without control characters.
 */

/*
 * Stores a document, over an older one of the same name.  NXIA_OK means that it is on WSLX's disk.
 * After any error the store has the whole old or the whole new document.
 *
 * content may be NULL if size is 0.
 *
 * NXIA_E_INVALID: the name.  NXIA_E_TOO_LARGE.
 */
NXIA_API nxia_result NXIA_CALL nxia_put(nxia_service* service, const char* name,
                                        const void* content, size_t size);

/* Told how an asynchronous call ended.  message is valid during the call only. */
typedef void(NXIA_CALL* nxia_completion)(void* context, nxia_result result, const char* message);

/*
 * nxia_put() that does not wait: many may be under way at once on one connection.
 *
 * If NXIA_OK is returned, completion is called exactly once, and content must stay as it is until
 * then; name may go at once.  After an error completion is not called.
 */
NXIA_API nxia_result NXIA_CALL nxia_put_async(nxia_service* service, const char* name,
                                              const void* content, size_t size,
                                              nxia_completion completion, void* context);

/*
 * Reads a whole document.  Give *content back with nxia_free(); it is never NULL after NXIA_OK.
 *
 * NXIA_E_NOT_FOUND: no document has that name.
 */
NXIA_API nxia_result NXIA_CALL nxia_get(nxia_service* service, const char* name, void** content,
                                        size_t* size);

/* NXIA_E_NOT_FOUND: no document has that name. */
NXIA_API nxia_result NXIA_CALL nxia_delete(nxia_service* service, const char* name);

/* What list and search found.  Does not change once handed out. */
typedef struct nxia_list nxia_list;
typedef struct nxia_hits nxia_hits;

typedef struct nxia_entry {
    uint32_t struct_size;
    uint32_t reserved;
    const char* name; /* valid as long as the list */
    uint64_t size;    /* in bytes */
} nxia_entry;

typedef struct nxia_hit {
    uint32_t struct_size;
    uint32_t reserved;
    const char* name;    /* valid as long as the hits */
    const char* snippet; /* a passage; each word found is between U+0002 and U+0003 */
    double rank;         /* higher is better; comparable within one answer only */
} nxia_hit;

/* All documents whose name begins with prefix (NULL: all), in the order of their names' bytes.
 * Give *list back with nxia_list_free(). */
NXIA_API nxia_result NXIA_CALL nxia_list_documents(nxia_service* service, const char* prefix,
                                                   nxia_list** list);

NXIA_API size_t NXIA_CALL nxia_list_count(const nxia_list* list);

/* Fills *entry; struct_size must be set.  NXIA_E_INVALID: index is not below the count. */
NXIA_API nxia_result NXIA_CALL nxia_list_entry(const nxia_list* list, size_t index,
                                               nxia_entry* entry);

/* NULL is allowed. */
NXIA_API void NXIA_CALL nxia_list_free(nxia_list* list);

/*
 * Full-text search: documents with all the words of query, the best first, at most limit (1 to
 * 1000; 0: 20).  Give *hits back with nxia_hits_free().
 *
 * NXIA_E_INVALID: query has no word, or the limit.
 */
NXIA_API nxia_result NXIA_CALL nxia_search(nxia_service* service, const char* query, uint32_t limit,
                                           nxia_hits** hits);

NXIA_API size_t NXIA_CALL nxia_hits_count(const nxia_hits* hits);

/* Fills *hit; struct_size must be set.  NXIA_E_INVALID: index is not below the count. */
NXIA_API nxia_result NXIA_CALL nxia_hits_hit(const nxia_hits* hits, size_t index, nxia_hit* hit);

/* NULL is allowed. */
NXIA_API void NXIA_CALL nxia_hits_free(nxia_hits* hits);

#ifdef __cplusplus
}
#endif

#endif
