// undici takes long to load. @actions/core and @actions/github import it at the start, and use it
// only where a commit status is written.
module.exports = {
  get fetch() {
    return undici().fetch;
  },
  get ProxyAgent() {
    return undici().ProxyAgent;
  },
};

function undici() {
  return require('#undici');
}
