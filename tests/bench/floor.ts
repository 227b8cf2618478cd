// The floor: a node:http server that reads a body and answers an event id, and does nothing else.
import { createServer } from 'node:http';

const answer = JSON.stringify({ event_id: `$${'x'.repeat(43)}` });

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
      .end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
