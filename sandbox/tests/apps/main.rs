//! The practice apps from outside, over HTTP, one module for each thing that a client meets.

mod client;
mod google;
mod realgeeks;
mod webhooks;
