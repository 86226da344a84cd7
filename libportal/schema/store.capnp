# SPDX-License-Identifier: MIT
@0xd89ec0f5d2f5c7a1;

# The store of documents.
#
# A document is a name and bytes.  A name is 1 to 1024 bytes of UTF-8 without
# control characters.  Whoever reads sees the whole old or the whole new
# document, whatever breaks while it is put.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("portal::schema");

const inlineMax :UInt32 = 1048576;
# Most bytes of content in one call: in put, in get, in a chunk.

interface Store {
  put @0 (name :Text, content :Data);
  # Stores a document of at most `inlineMax` bytes, over an older one of the
  # same name.  When it returns, the document is on the disk.
  #
  # Faults: invalid: the name.  tooLarge: use beginPut().  io: the disk.

  get @1 (name :Text) -> (content :Data);
  # Faults: notFound.  tooLarge: the document has more than `inlineMax` bytes;
  # use read().

  delete @2 (name :Text);
  # Faults: notFound.

  list @3 (prefix :Text, limit :UInt32 = 1000, after :Text)
      -> (documents :List(Document), more :Bool);
  # Documents whose name begins with `prefix` and sorts (as bytes) after
  # `after`, at most `limit` (at most 10000), in the order of their names.
  # `more`: there are others; go on with the last name as `after`.

  search @4 (query :Text, limit :UInt32 = 20) -> (hits :List(Hit));
  # Full-text search.  All words of the query must be in the document; best hit
  # first; at most `limit` (at most 1000).
  #
  # Faults: invalid: the query is blank or not text.

  beginPut @5 (name :Text, size :UInt64) -> (writer :Writer);
  # Stores a document of any size in chunks.  `size` is that of the whole in
  # bytes.
  #
  # Faults: invalid: the name.  tooLarge: more than the store takes.

  read @6 (name :Text, sink :ByteSink) -> (size :UInt64);
  # Writes the document, as it is when the call arrives, to `sink` in chunks of
  # at most `inlineMax` bytes, calls end() on it, and returns.
  #
  # Faults: notFound, or what the sink answers.

  struct Document {
    name @0 :Text;
    size @1 :UInt64;  # in bytes
  }

  struct Hit {
    name @0 :Text;
    rank @1 :Float64;
    # Higher is better; comparable only within one answer.
    snippet @2 :Text;
    # A passage around the words; each is between U+0002 and U+0003.
  }
}

interface ByteSink {
  # Where bytes go.  How they travel is the sink's own affair: a later version
  # may move them in shared memory.

  write @0 (chunk :Data) -> stream;
  # At most `inlineMax` bytes.

  end @1 ();
  # All bytes have been written.  Dropping the sink without end() means that
  # the rest will not come.
}

interface Writer extends(ByteSink) {
  # What put makes visible only as a whole.

  commit @0 ();
  # Makes the document visible; when it returns, it is on the disk.  Needs no
  # end() before.  Dropping the writer without commit() leaves no trace.
  #
  # Faults: invalid: fewer or more bytes came than were announced, or a second
  # commit.  io: the disk.
}
