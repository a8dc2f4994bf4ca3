// An HTTP server on a socket. At SIGTERM it takes nothing more, answers what it was asked, and leaves.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const [socket, go] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  fs.writeFileSync('asked', '');
  const timer = setInterval(() => {
    if (fs.existsSync(go)) {
      clearInterval(timer);
      response.setHeader('Connection', 'close');
      response.end('the whole answer');
    }
  }, 20);
});
process.on('SIGTERM', () => {
  fs.writeFileSync('closing', '');
  server.close(() => process.exit(0));
});
server.listen(socket, () => console.log('ready'));
