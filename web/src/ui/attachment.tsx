import { Icon } from './icons.tsx';
import { Chip } from './badge.tsx';
import { Spinner } from './star.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';

/** Begins with a letter of a script that runs from right to left. */
const rightToLeft = /^[^A-Za-z\u00c0-\u052f]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** So many letters find room everywhere, and are not cut: what is before the ending would be less than the dots in its place. */
const wholeAtMost = 12;

/**
 * A file name that loses its middle, never its ending, when there is no room. Left to right like every code, except where its words
 * run the other way: cut in two and put together from the left, they could not be read.
 */
export function FileName({ name }: { name: string }) {
  const cut = name.length > wholeAtMost ? name.length - 9 : 0;
  return (
    <bdi class="file-name" dir={rightToLeft.test(name) ? 'rtl' : 'ltr'} title={name}>
      {cut > 0 && <span class="file-name-start">{name.slice(0, cut)}</span>}
      <span class="file-name-end">{name.slice(cut)}</span>
    </bdi>
  );
}

export interface FileTileProps {
  readonly name: string;
  readonly facts: string;
  readonly icon?: IconName;
  readonly foot?: ComponentChildren;
  readonly action: {
    readonly label: string;
    readonly icon: IconName;
    readonly busy: boolean;
    readonly onPress: () => void;
  };
}

/** A file in a bubble: what it is, what it costs, one way to get it. */
export function FileTile({ name, facts, icon = 'file', foot, action }: FileTileProps) {
  return (
    <div class="file">
      <span class="item-tile">
        <Icon name={icon} size={22} />
      </span>
      <span class="grow">
        <FileName name={name} />
        <span class="file-facts">
          <span>{facts}</span>
          {foot}
        </span>
      </span>
      <button
        type="button"
        class="button button-icon ink-accent"
        aria-label={action.label}
        onClick={action.onPress}
      >
        {action.busy ? <Spinner size={22} /> : <Icon name={action.icon} size={22} />}
      </button>
    </div>
  );
}

export interface PictureTileProps {
  /** Object URL of what is on the device. */
  readonly source?: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly description: string;
  /** Cost on the chip while the full picture is not here: "310 KB". */
  readonly cost?: string | undefined;
  readonly busy?: boolean;
  readonly label: string;
  readonly video?: boolean;
  readonly onPress: () => void;
}

/** A picture from edge to edge of its bubble; its full size is on a chip until it has been fetched. */
export function PictureTile(props: PictureTileProps) {
  const { width, height } = props;
  return (
    <button type="button" class="picture" aria-label={props.label} onClick={props.onPress}>
      {props.source ? (
        <img src={props.source} width={width} height={height} alt={props.description} />
      ) : (
        <svg
          class="picture-blank"
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          aria-hidden="true"
        />
      )}
      {props.busy ? (
        <Chip kind="shade">
          <Spinner size={16} />
        </Chip>
      ) : (
        props.cost && (
          <Chip kind="shade" icon={props.video ? 'play' : 'download'}>
            {props.cost}
          </Chip>
        )
      )}
    </button>
  );
}

export interface VoiceTileProps {
  readonly playing: boolean;
  readonly busy: boolean;
  /** 0 to 1. */
  readonly position: number;
  /** Heights 0 to 1. */
  readonly wave: readonly number[];
  readonly time: string;
  readonly label: string;
  /** How fast it plays, while it does; pressing it changes that. */
  readonly rate?: { readonly text: string; readonly label: string; readonly onPress: () => void } | undefined;
  readonly onPress: () => void;
}

const bars = 36;

/** A voice message. The timeline runs from left to right in every script. */
export function VoiceTile({ playing, busy, position, wave, time, label, rate, onPress }: VoiceTileProps) {
  const path = (from: number, to: number) => {
    let data = '';
    for (let bar = from; bar < to; bar += 1) {
      const height = 2 + 24 * (wave[Math.floor((bar * wave.length) / bars)] ?? 0.15);
      data += `M${bar * 5 + 2.5} ${16 - height / 2}v${height}`;
    }
    return data;
  };
  const played = Math.round(position * bars);
  return (
    <div class="voice">
      <button type="button" class="voice-play reach" aria-label={label} onClick={onPress}>
        {busy ? <Spinner size={20} /> : <Icon name={playing ? 'pause' : 'play'} size={20} />}
      </button>
      <svg class="wave icon-small icon" viewBox="0 0 180 32" preserveAspectRatio="none" aria-hidden="true">
        <path d={path(played, bars)} />
        <path class="wave-played" stroke="var(--accent)" d={path(0, played)} />
      </svg>
      <span class="voice-time">{time}</span>
      {rate && (
        <button type="button" class="voice-rate reach" aria-label={rate.label} onClick={rate.onPress}>
          {rate.text}
        </button>
      )}
    </div>
  );
}
