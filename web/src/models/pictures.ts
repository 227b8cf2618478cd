import { useEffect, useState } from 'preact/hooks';
import { savesData } from '../platform/online.ts';
import { client } from './client.ts';
import type { MediaSource } from '../matrix/door.ts';

/** Object URLs of small pictures by address and size. A tab shows a few hundred faces at most, so they are kept. */
const faces = new Map<string, Promise<string | undefined>>();

async function loadFace(mxc: string, size: number): Promise<string | undefined> {
  try {
    return URL.createObjectURL(await client.media.thumbnail(mxc, size));
  } catch {
    // The star takes the place of a picture that cannot be had; the next start tries again.
    faces.delete(`${size} ${mxc}`);
    return undefined;
  }
}

/** The picture of a person or room as an object URL, when there is one and data is not being saved. */
export function useFace(mxc: string | undefined, size: number): string | undefined {
  const [url, setUrl] = useState<string>();
  const pixels = size > 48 ? 192 : 96;
  useEffect(() => {
    setUrl(undefined);
    if (mxc === undefined || savesData()) return undefined;
    const key = `${pixels} ${mxc}`;
    const known = faces.get(key) ?? loadFace(mxc, pixels);
    faces.set(key, known);
    let gone = false;
    known.then(
      (address) => {
        if (!gone) setUrl(address);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [mxc, pixels]);
  return url;
}

export interface FileView {
  /** Object URL once the file is here. */
  readonly url: string | undefined;
  readonly state: 'away' | 'loading' | 'here' | 'failed';
  /** Bytes so far. */
  readonly bytes: number;
  /** Fetches it; answers its object URL. */
  load(): Promise<string | undefined>;
}

/**
 * A file that is shown when this device has it, and fetched when asked for, or by itself when it is no larger than
 * `freely` bytes and data is not being saved.
 */
export function useFile(source: MediaSource | undefined, size: number | undefined, freely: number): FileView {
  const [url, setUrl] = useState<string>();
  const [state, setState] = useState<FileView['state']>('away');
  const [bytes, setBytes] = useState(0);
  const mxc = source?.mxc;
  const show = (blob: Blob): string => {
    const address = URL.createObjectURL(blob);
    setUrl(address);
    setState('here');
    return address;
  };
  const load = async (): Promise<string | undefined> => {
    if (!source) return undefined;
    setState('loading');
    try {
      return show(await client.media.download(source, setBytes));
    } catch {
      setState('failed');
      return undefined;
    }
  };
  useEffect(() => {
    if (!source) return;
    const small = size !== undefined && size <= freely && !savesData();
    void client.media.cached(source).then(
      (blob) => (blob ? show(blob) : small ? load() : undefined),
      () => setState('failed'),
    );
  }, [mxc]);
  useEffect(
    () => () => {
      if (url !== undefined) URL.revokeObjectURL(url);
    },
    [url],
  );
  return { url, state, bytes, load };
}
