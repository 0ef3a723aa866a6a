"""Pages made by a script: administrative papers with and without secrecy stamps, posters, chats and photographs."""
