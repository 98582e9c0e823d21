/* Read-mostly data (configuration, registry, rules, permissions) as immutable snapshots replaced whole:
 * readers take a reference once per request or batch, writers publish a new one. */
#pragma once

typedef struct SnapshotSlot SnapshotSlot;
/* free_fn runs when the last reader has let go of a replaced value. */
SnapshotSlot *snapshot_new(void (*free_fn)(void *));
void snapshot_free(SnapshotSlot **s);
/* Takes ownership of value. */
void snapshot_publish(SnapshotSlot *s, void *value);
/* A counted reference, or NULL when nothing was published. Give it back with snapshot_release. */
void *snapshot_take(SnapshotSlot *s);
void snapshot_release(SnapshotSlot *s, void *value);
