/* SPDX-License-Identifier: GPL-2.0-only */
/* nxia.h as a C program sees it: argument: HOST:PORT of a WSLX with a store. */
#include "nxia.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define PUTS 200

static const char* address;

static nxia_client* connected(void) {
    nxia_connect_options options = {sizeof(options), 0, 0, 0, address};
    nxia_client* client = NULL;

    CHECK(nxia_connect(&options, &client) == NXIA_OK);
    if (!client) {
        printf("Bail out! %s\n", nxia_last_message());
        exit(1);
    }
    return client;
}

static void test_version(void) {
    CHECK(nxia_version() == NXIA_VERSION);
}

static void test_null_is_refused(void) {
    nxia_client* client = (nxia_client*)1;
    nxia_service* service = (nxia_service*)1;
    nxia_list* list;
    size_t size;

    CHECK(nxia_connect(NULL, NULL) == NXIA_E_INVALID);
    CHECK(strcmp(nxia_last_message(), "client is NULL") == 0);
    CHECK(nxia_open(NULL, "store", &service) == NXIA_E_INVALID && !service);
    CHECK(nxia_put(NULL, "a", "b", 1) == NXIA_E_INVALID);
    CHECK(nxia_get(NULL, "a", NULL, &size) == NXIA_E_INVALID);
    CHECK(nxia_delete(NULL, "a") == NXIA_E_INVALID);
    CHECK(nxia_list_documents(NULL, NULL, &list) == NXIA_E_INVALID && !list);
    CHECK(nxia_list_count(NULL) == 0 && nxia_hits_count(NULL) == 0);
    CHECK(nxia_last_result() == NXIA_E_INVALID);
    nxia_disconnect(NULL);
    nxia_close(NULL);
    nxia_free(NULL);
    nxia_list_free(NULL);
    nxia_hits_free(NULL);
    (void)client;
}

static void test_struct_sizes(void) {
    struct {
        nxia_connect_options known;
        uint64_t unknown;
    } newer = {{sizeof(newer), 0, 0, 0, "127.0.0.1:1"}, 1};
    nxia_connect_options unset = {0, 0, 0, 0, NULL};
    nxia_client* client;

    CHECK(nxia_connect(&newer.known, &client) == NXIA_E_VERSION && !client);
    newer.unknown = 0;
    CHECK(nxia_connect(&newer.known, &client) == NXIA_E_CONNECTION && !client);
    CHECK(strstr(nxia_last_message(), "127.0.0.1:1") != NULL);
    CHECK(nxia_connect(&unset, &client) == NXIA_E_INVALID);
}

static void test_older_struct_is_not_overrun(nxia_service* store) {
    nxia_entry entry;
    nxia_list* list;

    CHECK(nxia_put(store, "abi/one", "x", 1) == NXIA_OK);
    CHECK(nxia_list_documents(store, "abi/one", &list) == NXIA_OK);
    memset(&entry, 0x55, sizeof(entry));
    entry.struct_size = offsetof(nxia_entry, size);
    CHECK(nxia_list_entry(list, 0, &entry) == NXIA_OK);
    CHECK(strcmp(entry.name, "abi/one") == 0 && entry.size == 0x5555555555555555u);
    entry.struct_size = sizeof(entry);
    CHECK(nxia_list_entry(list, 0, &entry) == NXIA_OK && entry.size == 1);
    CHECK(nxia_list_entry(list, 1, &entry) == NXIA_E_INVALID);
    nxia_list_free(list);
}

static void test_empty_document(nxia_service* store) {
    void* content = NULL;
    size_t size = 1;

    CHECK(nxia_put(store, "abi/empty", NULL, 0) == NXIA_OK);
    CHECK(nxia_get(store, "abi/empty", &content, &size) == NXIA_OK && content && size == 0);
    nxia_free(content);
    CHECK(nxia_get(store, "abi/nosuch", &content, &size) == NXIA_E_NOT_FOUND && !content);
    CHECK(nxia_put(store, "abi/null", NULL, 1) == NXIA_E_INVALID);
}

struct tally {
    volatile LONG told;
    volatile LONG good;
    volatile LONG refused; /* calls back into the library */
    nxia_service* store;
};

static void NXIA_CALL count(void* context, nxia_result result, const char* message) {
    struct tally* tally = context;

    (void)message;
    if (nxia_delete(tally->store, "abi/nosuch") == NXIA_E_INVALID)
        InterlockedIncrement(&tally->refused);
    if (result == NXIA_OK)
        InterlockedIncrement(&tally->good);
    InterlockedIncrement(&tally->told);
}

static void test_each_put_completes_once(nxia_client* client) {
    struct tally tally = {0, 0, 0, NULL};
    char name[32];
    int i, started = 0;

    CHECK(nxia_open(client, "store", &tally.store) == NXIA_OK);
    for (i = 0; i < PUTS; i++) {
        snprintf(name, sizeof(name), "abi/async/%d", i);
        started += nxia_put_async(tally.store, name, "abc", 3, count, &tally) == NXIA_OK;
    }
    for (i = 0; i < 600 && tally.told < started; i++)
        Sleep(100);
    CHECK(started == PUTS && tally.told == PUTS && tally.good == PUTS);
    CHECK(tally.refused == PUTS);
    nxia_close(tally.store);
}

static void test_disconnect_completes_the_rest(void) {
    struct tally tally = {0, 0, 0, NULL};
    nxia_client* client = connected();
    char name[32];
    int i, started = 0;

    CHECK(nxia_open(client, "store", &tally.store) == NXIA_OK);
    for (i = 0; i < PUTS; i++) {
        snprintf(name, sizeof(name), "abi/cut/%d", i);
        started += nxia_put_async(tally.store, name, "abc", 3, count, &tally) == NXIA_OK;
    }
    nxia_disconnect(client);
    CHECK(tally.told == started);
    CHECK(nxia_delete(tally.store, "abi/one") == NXIA_E_CONNECTION);
    nxia_close(tally.store);
}

static DWORD WINAPI put_many(void* store) {
    char name[48];
    DWORD good = 0;
    int i;

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "abi/thread/%lu/%d", GetCurrentThreadId(), i);
        good += nxia_put(store, name, "abc", 3) == NXIA_OK;
    }
    return good;
}

static void test_threads_share_a_service(nxia_service* store) {
    HANDLE threads[4];
    DWORD good, sum = 0;
    int i;

    for (i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, put_many, store, 0, NULL);
    for (i = 0; i < 4; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        GetExitCodeThread(threads[i], &good);
        CloseHandle(threads[i]);
        sum += good;
    }
    CHECK(sum == 80);
}

static void test_unknown_service(nxia_client* client) {
    nxia_service* service = (nxia_service*)1;

    CHECK(nxia_open(client, "nosuch", &service) != NXIA_OK && !service);
    CHECK(nxia_last_message()[0] != '\0');
}

int main(int argc, char** argv) {
    nxia_client* client;
    nxia_service* store;

    if (argc != 2)
        return 64;
    address = argv[1];
    test_version();
    test_null_is_refused();
    test_struct_sizes();
    client = connected();
    CHECK(nxia_protocol(client) == 2 && nxia_server(client)[0] != '\0');
    CHECK(nxia_open(client, "store", &store) == NXIA_OK);
    test_older_struct_is_not_overrun(store);
    test_empty_document(store);
    test_each_put_completes_once(client);
    test_threads_share_a_service(store);
    test_unknown_service(client);
    nxia_close(store);
    nxia_disconnect(client);
    test_disconnect_completes_the_rest();
    return tap_end();
}
