"""The entries of the contract, by capability: the traits and the commands of each."""
