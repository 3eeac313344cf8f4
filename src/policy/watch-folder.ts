/**
 * A folder of policies, read again when it changes. What is read is whole or an error: which set stays in force after
 * a bad edit is the listener's to decide. Notifications are fast where they work; looking every few seconds works on
 * network mounts and after a ConfigMap swapped its links, too.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { isPolicyFile, listFiles } from './folder.ts';
import { type Loaded, type LoadOptions, loadFolder } from './load.ts';

export interface WatchOptions extends LoadOptions {
  /** Editors write in several steps: so long after the last of them the folder is read. */
  readonly settleMilliseconds?: number;
  readonly pollMilliseconds?: number;
}

export interface FolderWatch {
  stop(): void;
}

/** Tells `onLoaded` at once, and again after each change of a file's name, time, size or place. */
export function watchFolder(
  folder: string,
  onLoaded: (loaded: Loaded) => void,
  options: WatchOptions = {},
): FolderWatch {
  const { settleMilliseconds = 200, pollMilliseconds = 2000, ...loadOptions } = options;
  let print = fingerprint(folder);
  let settling: NodeJS.Timeout | undefined;
  const read = (): void => onLoaded(loadFolder(folder, loadOptions));
  const look = (): void => {
    const current = fingerprint(folder);
    if (current === print) return;
    print = current;
    read();
  };
  const settle = (): void => {
    clearTimeout(settling);
    settling = setTimeout(look, settleMilliseconds).unref();
  };
  const watcher = startWatcher(folder, settle);
  const polling = setInterval(look, pollMilliseconds).unref();
  read();
  return {
    stop: () => {
      watcher?.close();
      clearTimeout(settling);
      clearInterval(polling);
    },
  };
}

/** Undefined where the system cannot notify: then looking is all there is. */
function startWatcher(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, onChange);
    /* v8 ignore next -- a watcher that breaks leaves the folder to polling */
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}

/** Follows links, so that a swapped one counts as a change. */
function fingerprint(folder: string): string {
  try {
    return listFiles(folder, isPolicyFile).map(describeFile).join('\n');
  } catch (error) {
    return String(error);
  }
}

/** A link to nowhere is a state as well: it must not hide the changes of other files. */
function describeFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? path : `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}
