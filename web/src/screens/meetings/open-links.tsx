import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton } from '../../ui/button.tsx';
import { loadCalls } from '../../models/current-call.ts';
import { attempt, tell, tellError } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';

interface Link {
  readonly linkId: string;
  readonly title: string;
  readonly address?: string;
}

/** The guest links of a room: to copy, to end, or to make a new one. A link that is ended puts its guests out. */
export function OpenLinks({ roomId }: { roomId: string }) {
  const [links, setLinks] = useState<readonly Link[]>([]);
  const load = async () => setLinks(await (await loadCalls()).links(roomId));
  useEffect(() => {
    load().catch(tellError);
  }, [roomId]);
  const copy = async (address: string) => {
    await navigator.clipboard.writeText(address);
    tell(say('linkCopied'));
  };
  const create = async () => {
    await copy(await (await loadCalls()).createLink(roomId));
    await load();
  };
  const end = async (linkId: string) => {
    await (await loadCalls()).removeLink(roomId, linkId);
    tell(say('linkEnded'));
    await load();
  };
  return (
    <div class="side-foot">
      {links.length > 0 && (
        <>
          <p class="t-small ink-3">{say('openLinks')}</p>
          <ul>
            {links.map((link) => (
              <li key={link.linkId} class="row-line">
                <bdi dir="auto" class="clip grow t-small">
                  {link.title || link.linkId}
                </bdi>
                {link.address && (
                  <IconButton
                    icon="copy"
                    size={20}
                    label={say('copyLink')}
                    onClick={() => void attempt(() => copy(link.address ?? ''))}
                  />
                )}
                <IconButton
                  icon="trash"
                  size={20}
                  label={say('endLink')}
                  onClick={() => void attempt(() => end(link.linkId))}
                />
              </li>
            ))}
          </ul>
        </>
      )}
      <Button kind="quiet" icon="link" wide onClick={() => void attempt(create)}>
        {say('copyLink')}
      </Button>
    </div>
  );
}
