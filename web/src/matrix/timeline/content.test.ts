import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageContent, messagePreview } from './content.ts';

/** The preview of an audio message as it comes over the wire. */
function previewOfAudio(more: object): object {
  const content = { msgtype: 'm.audio', body: 'x.ogg', url: 'mxc://a/b', ...more };
  return messagePreview(messageContent('m.room.message', content));
}

test('the preview of a voice message keeps the length that its sender said', () => {
  const voice = { 'org.matrix.msc3245.voice': {} };
  assert.deepEqual(previewOfAudio({ ...voice, info: { duration: 24_000 } }), {
    kind: 'voice',
    text: 'x.ogg',
    duration: 24_000,
  });
  const without = { kind: 'voice', text: 'x.ogg' };
  assert.deepEqual(previewOfAudio(voice), without);
  for (const duration of ['24', -1, Number.POSITIVE_INFINITY, null])
    assert.deepEqual(previewOfAudio({ ...voice, info: { duration } }), without, String(duration));
  assert.deepEqual(previewOfAudio({ info: { duration: 24_000 } }), { kind: 'audio', text: 'x.ogg' });
});
