import type { JsonBody } from '../http.ts';
import type { RawEvent } from '../timeline/log.ts';

/**
 * Simplified sliding sync in the unstable dialect:
 * `POST /_matrix/client/unstable/org.matrix.simplified_msc3575/sync?pos=&timeout=` (MSC4186).
 */
export const slidingSyncPath = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';

export interface WireStrippedEvent {
  readonly type: string;
  readonly sender: string;
  readonly state_key: string;
  readonly content: JsonBody;
}

export interface WireHero {
  readonly user_id: string;
  readonly name?: string;
  readonly displayname?: string;
  readonly avatar?: string;
  readonly avatar_url?: string;
}

export interface WireRoom {
  readonly name?: string | null;
  readonly avatar?: string | null;
  readonly heroes?: readonly WireHero[];
  readonly initial?: boolean;
  readonly membership?: string;
  readonly is_dm?: boolean;
  readonly required_state?: readonly RawEvent[];
  readonly invite_state?: readonly WireStrippedEvent[];
  readonly stripped_state?: readonly WireStrippedEvent[];
  readonly timeline?: readonly RawEvent[];
  readonly prev_batch?: string | null;
  readonly limited?: boolean;
  readonly num_live?: number;
  readonly joined_count?: number;
  readonly invited_count?: number;
  readonly notification_count?: number;
  readonly highlight_count?: number;
  readonly bump_stamp?: number;
}

export interface WireAccountDatum {
  readonly type: string;
  readonly content: JsonBody;
}

export interface WireSync {
  readonly pos: string;
  readonly lists?: Readonly<Record<string, { readonly count?: number }>>;
  readonly rooms?: Readonly<Record<string, WireRoom>>;
  readonly extensions?: {
    readonly to_device?: { readonly next_batch?: string; readonly events?: readonly JsonBody[] };
    readonly e2ee?: {
      readonly device_lists?: { readonly changed?: readonly string[]; readonly left?: readonly string[] };
      readonly device_one_time_keys_count?: Readonly<Record<string, number>>;
      readonly device_unused_fallback_key_types?: readonly string[];
    };
    readonly account_data?: {
      readonly global?: readonly WireAccountDatum[];
      readonly rooms?: Readonly<Record<string, readonly WireAccountDatum[]>>;
    };
    readonly receipts?: { readonly rooms?: Readonly<Record<string, { readonly content?: JsonBody }>> };
    readonly typing?: { readonly rooms?: Readonly<Record<string, { readonly content?: JsonBody }>> };
  };
}
