"""Generated editions and evidence, and the laws that hold on them; needs `parcore[testing]`.

`parcore.testing.strategies` draws, `parcore.testing.laws` judges. The engine never imports this room.
"""
