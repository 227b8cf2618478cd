import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TabMark } from './tab-mark.ts';
import type { TabNotes } from './tab-mark.ts';

/** The tabs of one browser. Calls are heard in a later turn, as those of local storage are. */
function browser() {
  let mark: string | undefined;
  const tabs = new Map<string, { hear: (word: string) => void; page: (page: 'goes' | 'returns') => void }>();
  return {
    mark: () => mark,
    open(own: string) {
      let losses = 0;
      const ears = { hear: (_word: string) => {}, page: (_page: 'goes' | 'returns') => {} };
      tabs.set(own, ears);
      const notes: TabNotes = {
        own,
        readMark: () => mark,
        writeMark(next) {
          mark = next;
        },
        call(word) {
          for (const [name, other] of tabs) if (name !== own) setImmediate(() => other.hear(word));
        },
        onCall(hear) {
          ears.hear = hear;
          return () => (ears.hear = () => {});
        },
        onPage(tell) {
          ears.page = tell;
          return () => (ears.page = () => {});
        },
      };
      const tab = new TabMark(notes, () => {
        losses += 1;
      });
      return {
        tab,
        losses: () => losses,
        page: (page: 'goes' | 'returns') => ears.page(page),
        /** As a tab that the system kills: no word, and its mark stays. */
        kill: () => tabs.delete(own),
      };
    },
  };
}

const heard = () => new Promise((resolve) => setImmediate(resolve));

describe('one tab at a time, without locks', () => {
  it('the second tab is refused, may take over, and the first one notices', async () => {
    const tabs = browser();
    const one = tabs.open('one');
    const two = tabs.open('two');
    assert.equal(await one.tab.take(false), true);
    assert.equal(await two.tab.take(false), false);
    assert.equal(await two.tab.take(true), true);
    await heard();
    assert.deepEqual([one.losses(), two.losses()], [1, 0]);
    assert.equal(await one.tab.take(false), false);
  });

  it('what is let go, by a page that went too, is free at once', async () => {
    const tabs = browser();
    const one = tabs.open('one');
    await one.tab.take(false);
    one.page('goes');
    assert.equal(tabs.mark(), undefined);
    const two = tabs.open('two');
    assert.equal(await two.tab.take(false), true);
    two.tab.release();
    assert.equal(tabs.mark(), undefined);
  });

  it('a page that comes back from the history goes on, or gives way to who has come meanwhile', async () => {
    const tabs = browser();
    const one = tabs.open('one');
    await one.tab.take(false);
    one.page('goes');
    one.page('returns');
    assert.equal(tabs.mark(), 'one');
    one.page('goes');
    one.kill();
    const two = tabs.open('two');
    assert.equal(await two.tab.take(false), true);
    one.page('returns');
    assert.deepEqual([one.losses(), tabs.mark()], [1, 'two']);
  });

  it('a tab that was killed holds up nobody for long, and of two that ask then one has it', async () => {
    const tabs = browser();
    const dead = tabs.open('dead');
    await dead.tab.take(false);
    dead.kill();
    const one = tabs.open('one');
    const two = tabs.open('two');
    assert.deepEqual(await Promise.all([two.tab.take(false), one.tab.take(false)]), [false, true]);
  });

  it('of two that take it at the same moment the later one keeps it', async () => {
    const tabs = browser();
    const one = tabs.open('one');
    const two = tabs.open('two');
    assert.deepEqual(await Promise.all([one.tab.take(true), two.tab.take(true)]), [true, true]);
    await heard();
    assert.deepEqual([one.losses(), two.losses()], [1, 0]);
  });
});
