import { Icon } from './icons.tsx';
import { drawnReactions, reactionIcon } from './reaction-keys.ts';

export interface ReactionView {
  readonly key: string;
  readonly count: string;
  readonly own: boolean;
  /** Who reacted, in words. */
  readonly label: string;
}

/** The reactions under a bubble; pressing one adds or takes back the own. */
export function Reactions(props: { list: readonly ReactionView[]; onToggle: (key: string) => void }) {
  return (
    <div class="reactions">
      {props.list.map((reaction) => {
        const icon = reactionIcon(reaction.key);
        return (
          <button
            key={reaction.key}
            type="button"
            class={`reaction ${reaction.own ? 'reaction-own' : ''}`}
            aria-pressed={reaction.own}
            title={reaction.label}
            onClick={() => props.onToggle(reaction.key)}
          >
            {icon ? <Icon name={icon} size={16} /> : <span>{reaction.key.slice(0, 16)}</span>}
            {reaction.count && <span>{reaction.count}</span>}
            <span class="unseen">{reaction.label}</span>
          </button>
        );
      })}
    </div>
  );
}

/** The six drawn reactions to choose from, at the head of a menu. */
export function ReactionPicker(props: {
  label: string;
  names: readonly string[];
  onPick: (key: string) => void;
}) {
  return (
    <div class="picker" role="group" aria-label={props.label}>
      {drawnReactions.map((drawn, index) => (
        <button
          key={drawn.key}
          type="button"
          role="menuitem"
          class="button button-icon"
          aria-label={props.names[index]}
          title={props.names[index]}
          onClick={() => props.onPick(drawn.key)}
        >
          <Icon name={drawn.icon} size={22} />
        </button>
      ))}
    </div>
  );
}
