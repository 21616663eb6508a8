//! The apps that are data, against the practice servers: real sockets, the apps' quirks, and each way to fail.

mod google;
mod intake;
mod realgeeks;
mod world;
