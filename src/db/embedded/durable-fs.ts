// PGlite's file layer with an fsync that reaches the disk. Stock PGlite starts PostgreSQL with -F and has no fsync at all.
import { fsyncSync } from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type Init = Parameters<NodeFS["init"]>;
interface Stream {
  nfd?: number | null;
}
interface FsModule {
  NODEFS?: { stream_ops: { fsync?: (stream: Stream) => number } };
  FS: {
    filesystems: { NODEFS: { stream_ops: { fsync?: (stream: Stream) => number } } };
    ErrnoError: new (errno: number) => Error;
  };
}

const EIO = 29; // Emscripten's number.

/** Counts its fsyncs, so that a test (and start-up) can see that commits reach the disk. */
export class DurableFs extends NodeFS {
  fsyncCount = 0;

  override async init(...[pg, options]: Init): ReturnType<NodeFS["init"]> {
    const made = await super.init(pg, options);
    made.emscriptenOpts.preRun?.push((module: unknown) => {
      const { NODEFS, FS } = module as FsModule;
      const files = NODEFS ?? FS.filesystems.NODEFS; // The property moved between PGlite 0.5.14 and 0.5.16.
      files.stream_ops.fsync = (stream) => {
        if (stream.nfd === null || stream.nfd === undefined) return 0;
        try {
          fsyncSync(stream.nfd);
        } catch {
          throw new FS.ErrnoError(EIO);
        }
        this.fsyncCount += 1;
        return 0;
      };
    });
    return made;
  }
}
